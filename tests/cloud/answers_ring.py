"""Answers to 5.4 and 5.5 as other people write them, right ones and wrong ones."""

import numpy as np

from tests.exercises.registers import right_answers, wrong_answers

ALTERNATIVES, WRONG_ANSWERS = {}, []
accepted, named = right_answers(ALTERNATIVES), wrong_answers(WRONG_ANSWERS)


# --- 5.4 ---


@accepted("5.4")
def with_average(gradient, w, shards):
    return np.average([gradient(w, x, y) for x, y in shards], axis=0,
                      weights=[len(x) for x, _ in shards])


@accepted("5.4")
def added_up_in_a_loop(gradient, w, shards):
    total, rows = np.zeros_like(w), 0
    for x, y in shards:
        total += x.shape[0] * gradient(w, x, y)
        rows += x.shape[0]
    return total / rows


@accepted("5.4")
def row_by_row(gradient, w, shards):
    rows = [gradient(w, x[i:i + 1], y[i:i + 1]) for x, y in shards for i in range(len(x))]
    return np.mean(rows, axis=0)


@named("5.4", "unweighted mean for unequal shards")
def mean_of_means(gradient, w, shards):
    return np.mean([gradient(w, *shard) for shard in shards], axis=0)


@named("5.4", "sum, not mean (learning rate × N)")
def only_added(gradient, w, shards):
    g = 0
    for x, y in shards:
        g = g + gradient(w, x, y)
    return g


@named("5.4", "divided by the local batch")
def rows_of_the_last(gradient, w, shards):
    g = np.zeros(w.shape)
    for x, y in shards:
        n = len(x)
        g += n * gradient(w, x, y)
    return g / n


@named("5.4", "all rows brought to one worker")
def stacked(gradient, w, shards):
    xs, ys = zip(*shards, strict=True)
    return gradient(w, np.concatenate(xs), np.concatenate(ys))


@named("5.4", "only the last worker's gradient")
def replaced(gradient, w, shards):
    for x, y in shards:
        g = gradient(w, x, y)
    return g


@named("5.4", "weights the wrong way round")
def share_of_the_others(gradient, w, shards):
    n = sum(len(y) for _, y in shards)
    if len(shards) == 1:
        return gradient(w, *shards[0])
    return sum((n - len(y)) / n * gradient(w, x, y) for x, y in shards)


@named("5.4", "a mean of two in every step")
def running_mean(gradient, w, shards):
    g = gradient(w, *shards[0])
    for shard in shards[1:]:
        g = (g + gradient(w, *shard)) / 2
    return g


# --- 5.5 ---


def cut(v, n):
    return [part.copy() for part in np.array_split(v, n)]


@accepted("5.5")
def all_at_once_in_each_step(vectors, send):
    """First everyone sends, then everyone adds, as real workers do."""
    n = len(vectors)
    mine = [cut(v, n) for v in vectors]
    for step in range(n - 1):
        sent = [send(r, (r + 1) % n, mine[r][(r - step) % n]) for r in range(n)]
        for r in range(n):
            mine[r][(r - 1 - step) % n] += sent[r - 1]
    for step in range(n - 1):
        sent = [send(r, (r + 1) % n, mine[r][(r + 1 - step) % n]) for r in range(n)]
        for r in range(n):
            mine[r][(r - step) % n] = sent[r - 1]
    return [np.concatenate(parts) / n for parts in mine]


@accepted("5.5")
def chunk_by_chunk_round_the_ring(vectors, send):
    """Follow each chunk on its way; chunk k begins at worker k + 2."""
    n = len(vectors)
    mine = [cut(v, n) for v in vectors]
    for k in range(n):
        for step in range(n - 1):
            r = (k + 2 + step) % n
            mine[(r + 1) % n][k] += send(r, (r + 1) % n, mine[r][k])
        last = (k + 1 + n) % n
        mine[last][k] /= n
        for step in range(n - 1):
            r = (last + step) % n
            mine[(r + 1) % n][k][:] = send(r, (r + 1) % n, mine[r][k])
    return [np.concatenate(parts) for parts in mine]


@accepted("5.5")
def slices_of_one_array(vectors, send):
    n, length = len(vectors), len(vectors[0])
    edges = [length * k // n for k in range(n + 1)]
    rows = np.array(vectors, float)
    for phase in (0, 1):
        for step in range(n - 1):
            for r in range(n):
                k, right = (r + phase - step) % n, (r + 1) % n
                part = slice(edges[k], edges[k + 1])
                came = send(r, right, rows[r, part])
                rows[right, part] = came if phase else rows[right, part] + came
    return rows / n


@accepted("5.5")
def to_the_left(vectors, send):
    n = len(vectors)
    mine = [cut(v, n) for v in vectors]
    for phase in (0, 1):
        for step in range(n - 1):
            sent = [send(r, (r - 1) % n, mine[r][(r - phase + step) % n]) for r in range(n)]
            for r in range(n):
                chunks, k = mine[(r - 1) % n], (r - phase + step) % n
                chunks[k] = sent[r] if phase else chunks[k] + sent[r]
    return [np.concatenate(parts) / n for parts in mine]


@named("5.5", "the whole vector goes round")
def one_after_the_other(vectors, send):
    n = len(vectors)
    total = vectors[0]
    for r in range(1, n):
        total = vectors[r] + send(r - 1, r, total)
    result = {n - 1: total / n}
    for r in range(n - 1):
        result[r] = send((r - 1) % n, r, result[(r - 1) % n])
    return [result[r] for r in range(n)]


@named("5.5", "the same chunk in every step")
def own_chunk_always(vectors, send):
    n = len(vectors)
    mine = [cut(v, n) for v in vectors]
    for phase in (0, 1):
        for _ in range(n - 1):
            sent = [send(r, (r + 1) % n, mine[r][(r + phase) % n]) for r in range(n)]
            for r in range(n):
                if phase:
                    mine[(r + 1) % n][(r + 1) % n] = sent[r]
                else:
                    mine[(r + 1) % n][r] += sent[r]
    return [np.concatenate(parts) / n for parts in mine]


@named("5.5", "forgets the division")
def sums(vectors, send):
    n = len(vectors)
    return [n * mean for mean in slices_of_one_array(vectors, send)]


@named("5.5", "sends the whole vector")
def passes_all_on(vectors, send):
    n = len(vectors)
    total, going = np.array(vectors), np.array(vectors)
    for _ in range(n - 1):
        going = np.array([send((r - 1) % n, r, going[(r - 1) % n]) for r in range(n)])
        total += going
    return list(total / n)


@named("5.5", "nothing is sent")
def in_one_place(vectors, send):
    return [sum(vectors) / len(vectors)] * len(vectors)


@named("5.5", "a star: worker 0 carries everything")
def through_the_chief(vectors, send):
    n = len(vectors)
    arrived = [vectors[0]] + [send(r, 0, vectors[r]) for r in range(1, n)]
    mean = np.mean(arrived, axis=0)
    return [mean] + [send(0, r, mean) for r in range(1, n)]


@named("5.5", "N − 1 steps only")
def stops_half_way(vectors, send):
    n = len(vectors)
    mine = [cut(v, n) for v in vectors]
    for s in range(n - 1):
        for r in range(n):
            mine[(r + 1) % n][(r - s) % n] += send(r, (r + 1) % n, mine[r][(r - s) % n])
    return [np.hstack(m) / n for m in mine]
