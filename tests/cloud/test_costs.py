"""Prices that can be edited, and what follows from them."""

import json

import pytest

from helpers.cloud import costs, preemption, prices, spot


def edited(tmp_path, change):
    """A copy of the table with `change(entries)` applied; its path."""
    entries = json.loads(prices.OWN.read_text("utf-8"))
    change(entries)
    path = tmp_path / "own.json"
    path.write_text(json.dumps(entries), "utf-8")
    return path


# --- the table ---


def test_the_table_is_dated_says_that_it_is_illustrative_and_claims_no_live_source():
    table = prices.load()
    shown = repr(table)
    assert "illustrative, edit me" in shown and table.as_of in shown and "Check before use" in shown
    for machine in table.machines.values():
        assert "check before use" in machine.source and machine.look_up.startswith("https://")
        assert 0 < machine.spot < machine.hour and machine.watts > 0
    assert table.machine("small").hour == 0.10      # the chapter's example


def test_a_table_of_ones_own_by_path_or_environment(tmp_path, monkeypatch):
    own = edited(tmp_path, lambda e: e["machines"]["small"].update(hour=0.25))
    assert prices.load(own).machine("small").hour == 0.25
    monkeypatch.setenv(prices.VARIABLE, str(own))
    assert costs.run(4).money == pytest.approx(1.0)
    assert str(own) in repr(prices.table())


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda e: e["machines"]["small"].update(hour="cheap"), "machines → small → hour; got 'cheap'"),
    (lambda e: e["machines"]["small"].update(spot=-1), "0 or more under machines → small → spot"),
    (lambda e: e["machines"]["gpu"].pop("watts"), "machines → gpu → watts; got None"),
    (lambda e: e["machines"].clear(), "at least one entry"),
    (lambda e: e.pop("as_of"), "a text under as_of"),
    (lambda e: e["energy"].update(pue=0.5), "1 or more under energy → pue; got 0.5"),
    (lambda e: e.update(traffic=[]), "traffic → gigabyte_out"),
    (lambda e: e["storage"].update(gigabyte_month=True), "got True"),
])
def test_what_is_wrong_in_a_table_is_named(change, sentence, tmp_path):
    with pytest.raises(ValueError, match=sentence):
        prices.load(edited(tmp_path, change))


def test_a_file_that_is_missing_or_no_table(tmp_path):
    with pytest.raises(ValueError, match="cannot be read.*COURSE_PRICES"):
        prices.load(tmp_path / "none.json")
    for text in ("{", "[]", "3"):
        broken = tmp_path / "broken.json"
        broken.write_text(text)
        with pytest.raises(ValueError, match="no JSON|machines"):
            prices.load(broken)
    with pytest.raises(ValueError, match="no machine 'huge'.*'small'"):
        prices.load().machine("huge")


# --- what follows ---


def test_numbers_of_the_chapter():
    assert costs.per_million(0.10, 300) == pytest.approx(0.0926, abs=5e-5)
    assert costs.per_million(0.10, 300, utilisation=0.01) == pytest.approx(9.26, abs=5e-3)
    assert costs.per_million(0.10, 300, machines=3) == pytest.approx(0.2778, abs=5e-5)


def test_a_run_costs_money_energy_and_carbon():
    table = prices.load()
    found = costs.run(10, "big gpu", count=8)
    assert found.money == pytest.approx(10 * 8 * table.machine("big gpu").hour)
    assert found.kwh == pytest.approx(10 * 8 * 800 / 1000 * 1.3)
    assert found.grams == pytest.approx(found.kwh * 400)
    assert costs.run(10, "big gpu", 8, spot=True).money < found.money / 2
    assert costs.run(10, "big gpu", 8, grams_per_kwh=30).grams == pytest.approx(found.kwh * 30)
    assert repr(found) == "320 $, 83.2 kWh, 33 280 g CO₂"


@pytest.mark.parametrize("call", [
    lambda: costs.per_million(0.1, 0), lambda: costs.per_million(-1, 5),
    lambda: costs.per_million(0.1, 5, utilisation=0), lambda: costs.per_million(0.1, 5, 1.2),
    lambda: costs.energy(5, 5, 0.9), lambda: costs.carbon(-1, 5), lambda: costs.run(-1),
    lambda: costs.run(1, count=0), lambda: costs.per_million(0.1, float("nan")),
    lambda: costs.run(float("nan")),
])
def test_impossible_numbers_are_refused(call):
    with pytest.raises(ValueError, match="expected"):
        call()


def test_tables_show_that_idle_machines_cost_most():
    lines = costs.predictions(300).splitlines()
    assert len(lines) == 6 and "0.0926 $" in lines[2] and "9.26 $" in lines[5]
    rows = costs.runs(("our digits", 0.01, "small", 2), ("many", 1, "big gpu", 256)).splitlines()
    assert len(rows) == 3 and "1 024 $" in rows[2] and len(set(map(len, rows))) == 1


def test_machines_that_must_all_live_are_taken_away_more_often():
    assert spot.gang_hours(1 / 360) == pytest.approx(1 / 360, rel=0.02)        # not saved at all
    assert spot.gang_hours(24) == pytest.approx(spot.compare(24, mean_hours=4).offers[2].hours)
    many = spot.gang_hours(168, 64)
    C, restart, mu = 60 / 3600, 180 / 3600, 4 / 64
    runs = preemption.simulate(168, C, mu, preemption.young(C, mu), restart, 400, seed=1).time
    assert many == pytest.approx(runs.mean(), abs=4 * runs.std() / 20) and many > 4 * 168
