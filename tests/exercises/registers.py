"""Decorators with which a chapter's tests collect answers, right ones and wrong ones."""


def right_answers(table):
    """Make the decorator `accepted(id)`: it adds an answer to ``table[id]``, a list, as right."""

    def accepted(id):
        def register(answer):
            table.setdefault(id, []).append(answer)
            return answer

        return register

    return accepted


def wrong_answers(entries):
    """Make the decorator `named(id, *names)`: it adds (id, names that should be found, answer)."""

    def named(id, *names):
        def register(answer):
            entries.append((id, names, answer))
            return answer

        return register

    return named
