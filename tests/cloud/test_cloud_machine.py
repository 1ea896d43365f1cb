"""What a process may use: cgroups of both versions, containers, and what cores do."""

import os

import pytest

from helpers.cloud import machine


def tree(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


V2 = {"proc/self/cgroup": "0::/job/task\n", "sys/fs/cgroup/job/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/job/task/cpu.max": "max 100000\n",
      "sys/fs/cgroup/job/task/memory.max": "2147483648\n",
      "sys/fs/cgroup/job/memory.max": "1073741824\n"}
V1 = {"proc/self/cgroup": "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
      "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes": "536870912\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}
# In a container the path of the host is not there; the limits stand at the top.
MOUNTED = {"proc/self/cgroup": "5:cpu:/docker/abc\n",
           "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "200000\n",
           "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}
NONE = {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}


@pytest.mark.parametrize(("files", "cores", "memory"), [
    (V2, 1.5, 2**30), (V1, 0.5, 2**29), (MOUNTED, 2.0, None), (NONE, None, None), ({}, None, None)])
def test_the_smallest_limit_of_all_groups_above_counts(files, cores, memory, tmp_path):
    root = tree(tmp_path, files)
    assert machine.cpu_limit(root)[0] == cores
    assert machine.memory_limit(root)[0] == memory


def test_the_source_is_the_file_that_holds_the_limit(tmp_path):
    root = tree(tmp_path, V2)
    assert machine.cpu_limit(root)[1].endswith("job/cpu.max")
    assert machine.memory_limit(root)[1].endswith("job/memory.max")


@pytest.mark.parametrize("text", ["", "nonsense", "0::/../../..\n", "a:b:c\n:::\n"])
def test_an_odd_list_of_groups_gives_no_limit(text, tmp_path):
    root = tree(tmp_path, {"proc/self/cgroup": text})
    assert machine.cpu_limit(root)[0] is None and machine.memory_limit(root)[0] is None


@pytest.mark.parametrize(("files", "said"), [
    ({".dockerenv": ""}, "yes: Docker"), ({"run/.containerenv": ""}, "yes: Podman"),
    ({"proc/self/cgroup": "1:cpu:/kubepods/burstable/pod1\n"}, "yes: kubepods"),
    ({"proc/self/cgroup": "0::/user.slice\n"}, "no sign of one"), ({}, "unknown")])
def test_signs_of_a_container(files, said, tmp_path, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    assert machine.container(tree(tmp_path, files))[0] == said


@pytest.mark.parametrize(("files", "said"), [
    ({"proc/cpuinfo": "flags : fpu hypervisor lahf\n",
      "sys/class/dmi/id/sys_vendor": "Amazon EC2\n"}, "yes: Amazon EC2"),
    ({"proc/cpuinfo": "flags : fpu hypervisor\n"}, "yes"),
    ({"proc/cpuinfo": "flags : fpu vme\n"}, "no sign of one"), ({}, "unknown")])
def test_signs_of_a_virtual_machine(files, said, tmp_path):
    assert machine.virtual_machine(tree(tmp_path, files))[0] == said


def test_the_table_names_every_source_and_can_be_asked(tmp_path):
    facts = machine.describe()
    assert len(facts) == 8 and all(fact.value for fact in facts)
    assert len(repr(facts).splitlines()) == 8
    html = facts._repr_html_()
    assert html.count("<tr>") == 9 and "<code>" in html
    assert facts["cores of the machine"] == str(os.cpu_count())
    assert facts[0].what == "processor"
    empty = machine.describe(tmp_path)      # as on a system without /proc
    assert empty["container"] == "unknown" and empty["limit on memory"] == "none found"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux pins processes")
def test_two_processes_are_timed_on_one_core_and_on_two():
    found = machine.isolation(turns=3000)
    assert found.cores == len(os.sched_getaffinity(0)) and min(found.seconds) > 0
    assert f"{found.ratio:.1f} times as long" in repr(found) or found.cores == 1


def test_where_nobody_can_be_pinned_a_sentence_says_so(monkeypatch):
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    assert "nothing was measured" in repr(machine.isolation())


def test_one_core_alone_is_not_compared():
    assert "only core" in repr(machine.Isolation((1.0, 1.0), 1))
    assert machine.Isolation((1.2, 0.6), 2).ratio == 2


def test_a_measurement_that_others_disturbed_says_so_and_concludes_nothing():
    assert "keeps them on their core" in repr(machine.Isolation((1.2, 0.6), 2))
    disturbed = repr(machine.Isolation((1.2, 1.6), 2))
    assert "keeps them" not in disturbed and "Run it again" in disturbed
