# SPDX-License-Identifier: Apache-2.0
"""assay doctor: what it shows, when it warns, what it remembers."""
import json, os, re, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *


def doctor(cache, *args, want=0, **env):
    status, out, err = run("doctor", "--json", *args, env={"XDG_CACHE_HOME": cache, **env})
    equal((status, err), (want, ""))
    doc = json.loads(out)
    check_schema(doc, "assay.doctor-1.json")
    return doc


def checked_days():
    """The dates in the data files themselves."""
    found = {}
    for name in ("families", "datasets"):
        found[name] = re.search(r"^checked: (\S+)", open(f"{SOURCE}/data/{name}.yaml").read(), re.M).group(1)
    folder = SOURCE + "/data/licenses"
    found["licenses"] = max(re.search(r"^checked: \"?([\d-]+)", open(f"{folder}/{f}").read(), re.M).group(1)
                            for f in os.listdir(folder) if f.endswith(".yaml"))
    return found


def it_shows_this_machine():
    with tempfile.TemporaryDirectory() as cache:
        doc = doctor(cache, "--date", max(checked_days().values()))
        equal(doc["cpu"]["cores"], len(os.sched_getaffinity(0)) if not doc["memory"]["limit_bytes"] else
              doc["cpu"]["cores"])
        total = int(re.search(r"MemTotal:\s+(\d+)", open("/proc/meminfo").read()).group(1)) * 1024
        equal(doc["memory"]["total_bytes"], total)
        equal(doc["version"] in run("version")[1], True)
        equal((doc["calibration"], doc["warnings"]), (None, []))
        equal(doc["cache"], {"path": cache + "/assay", "writable": True})
        dates = checked_days()
        equal([d["checked"] for d in doc["data"]][:3], [dates["licenses"], dates["families"], dates["datasets"]])
        status, out, _ = run("doctor", "--date", max(dates.values()), env={"XDG_CACHE_HOME": cache})
        equal((status, "Nothing to warn of" in out, "not measured yet" in out), (0, True, True))


def old_facts_are_warned_of():
    import datetime
    day = datetime.date.fromisoformat(checked_days()["families"])
    with tempfile.TemporaryDirectory() as cache:
        for days, stale in ((180, False), (181, True), (-1, False), (4000, True)):
            on = (day + datetime.timedelta(days=days)).isoformat()
            status, out, _ = run("doctor", "--json", "--date", on, env={"XDG_CACHE_HOME": cache})
            doc = json.loads(out)
            check_schema(doc, "assay.doctor-1.json")
            row = [d for d in doc["data"] if d["name"] == "model families"][0]
            equal((row["days"], row["stale"]), (days, stale))
            equal(status, 1 if doc["warnings"] else 0)
            equal(any("model families" in w and f"{days} days" in w for w in doc["warnings"]), stale)
        status, out, _ = run("doctor", "--date", "2037-01-01", env={"XDG_CACHE_HOME": cache})
        equal((status, "warning: licence catalogue" in out), (1, True))


def kernel_paths_are_shown():
    with tempfile.TemporaryDirectory() as cache:
        day = max(checked_days().values())
        doc = doctor(cache, "--date", day)
        best = [k["name"] for k in doc["kernels"]["built_in"] if k["usable"] and k["tried"]]
        equal((doc["kernels"]["path"], best[-1]), (best[0], "reference"))
        equal(doctor(cache, "--date", day, ASSAY_ISA="reference")["kernels"]["path"], "reference")
        doc = doctor(cache, "--date", day, want=1, ASSAY_ISA="mmx")
        equal((doc["kernels"]["path"], len(doc["warnings"])), (None, 1))
        equal("\"mmx\", which is no kernel path" in doc["warnings"][0], True)
        for k in [k for k in doc["kernels"]["built_in"] if k["tried"] or not k["usable"]]:
            doc = doctor(cache, "--date", day, want=0 if k["usable"] else 1, ASSAY_ISA=k["name"])
            equal(doc["kernels"]["path"], k["name"] if k["usable"] else None)
        status, out, _ = run("doctor", "--date", day, env={"XDG_CACHE_HOME": cache})
        equal((status, f"kernels      {best[0]}; built in:" in out), (0, True))


def calibration_is_kept_and_used():
    today = max(checked_days().values())
    with tempfile.TemporaryDirectory() as cache:
        doc = doctor(cache, "--calibrate", "--date", today)
        c = doc["calibration"]
        equal((c["date"], c["kept"], c["read_gb_s"] > 0, c["int8_tops"] > 0, c["f32_tflops"] > 0),
              (today, True, True, True, True))
        equal(doctor(cache, "--date", today)["calibration"], c)
        kept = json.load(open(cache + "/assay/machine.json"))
        equal(kept["date"], today)
        kept["machine"] = "another"
        json.dump(kept, open(cache + "/assay/machine.json", "w"))
        equal(doctor(cache, "--date", today)["calibration"], None)
        open(cache + "/assay/machine.json", "w").write('{"schema": "assay.machine/1"')
        equal(doctor(cache, "--date", today)["calibration"], None)


def a_cache_that_cannot_be_written_is_warned_of():
    today = max(checked_days().values())
    with tempfile.NamedTemporaryFile() as f:
        doc = doctor(f.name, "--date", today, want=1)
        equal((doc["cache"]["writable"], len(doc["warnings"])), (False, 1))
        doc = doctor(f.name, "--date", today, "--calibrate", want=1)       # measured all the same
        equal(doc["calibration"]["kept"], False)
    doc = doctor("relative", "--date", today, want=1, HOME="")
    equal(doc["cache"], {"path": None, "writable": False})


def helpers_are_looked_for():
    today = max(checked_days().values())
    with tempfile.TemporaryDirectory() as d:
        equal(doctor(d, "--date", today, PATH=d)["helpers"], [{"name": "pdftotext", "path": None}])
        open(d + "/pdftotext", "w").write("#!/bin/sh\n")
        os.chmod(d + "/pdftotext", 0o755)
        equal(doctor(d, "--date", today, PATH=d)["helpers"], [{"name": "pdftotext", "path": d + "/pdftotext"}])


def wrong_use():
    for args in (["x"], ["--date", "2026-02-29"], ["--date", "2026-13-01"], ["--date", "today"], ["--date", "1969-01-01"],
                 ["--unheard-of"]):
        status, out, err = run("doctor", *args)
        equal((status, out, err.startswith("assay: ")), (2, "", True))
    equal(run("doctor", "--date", "2028-02-29")[0] in (0, 1), True)


main([it_shows_this_machine, old_facts_are_warned_of, kernel_paths_are_shown, calibration_is_kept_and_used,
      a_cache_that_cannot_be_written_is_warned_of, helpers_are_looked_for, wrong_use])
