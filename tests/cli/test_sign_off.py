#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""assay sign-off: kept, shown, expired, void after a change; refusals; a hostile file is an error, not a loss."""
import glob, hashlib, json, os, stat, subprocess, sys, tempfile
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from tap import *

TODAY = "2030-01-10"
SIGN = ["--question", "3", "--by", "Ada Lovelace", "--role", "legal", "--answer", "Yes, under contract 4711",
        "--until", "2030-06-30"]
FILES = {"README.md": "---\nlicense: mit\n---\n# M\n", "w.gguf": gguf({"general.license": "apache-2.0"})}


class Store:
    """A data folder of its own."""

    def __enter__(self):
        self.top = tempfile.TemporaryDirectory(prefix="assay-data-")
        self.env = {"XDG_DATA_HOME": self.top.name}
        self.dir = os.path.join(self.top.name, "assay", "signoff")
        return self

    def __exit__(self, *_):
        self.top.cleanup()

    def run(self, *args, status=0, today=TODAY):
        day = "--document-date" if args[0] == "check" else "--date"
        got, out, err = run(*args, day, today, env=self.env)
        if got != status:
            raise AssertionError(f"exit {got}, want {status}: {out}{err}")
        return out, err

    def sign(self, model, *args, **more):
        out, _ = self.run("sign-off", "--json", model, *args, **more)
        doc = json.loads(out)
        check_schema(doc, "assay.sign-off-1.json")
        return doc

    def check(self, model, n, *args, today=TODAY, status=1):
        out, _ = self.run("check", "--json", model, *args, status=status, today=today)
        doc = json.loads(out)
        check_schema(doc, "assay.check-1.json")
        return doc["checklist"][n - 1], doc


def digest_of(folder):
    lines = b""
    names = sorted(os.path.relpath(os.path.join(d, f), folder).encode() for d, _, fs in os.walk(folder) for f in fs)
    for name in names:
        with open(os.path.join(folder.encode(), name), "rb") as f:
            lines += hashlib.sha256(f.read()).hexdigest().encode() + b"  " + name + b"\n"
    return hashlib.sha256(lines).hexdigest()


def a_sign_off_is_kept_and_answers_its_question():
    with Store() as s, Folder(FILES) as m:
        before, _ = s.check(m, 3)
        equal(before["signoff"], None)
        doc = s.sign(m, *SIGN)
        equal(doc["model"]["digest"], digest_of(m))
        equal([(x["question"], x["by"], x["role"], x["state"], x["given"]) for x in doc["signoffs"]],
              [(3, "Ada Lovelace", "legal", "valid", TODAY)])
        after, whole = s.check(m, 3)
        equal((after["status"], after["next"], after["signoff"]["by"]), ("answered", "", "Ada Lovelace"))
        equal(after["found"], before["status"])
        for part in ("Ada Lovelace", "legal", "2030-06-30", "contract 4711"):
            equal(part in after["answer"], True)
        equal(whole["signoffs"], doc["signoffs"])
        equal(whole["verdict"], s.check(m, 3)[1]["verdict"])


def a_contradiction_stays_visible_below_a_sign_off():
    with Store() as s, Folder(FILES) as m:
        why = s.check(m, 2)[0]
        equal(why["status"], "contradicted")
        s.sign(m, *["2" if x == "3" else x for x in SIGN])
        after = s.check(m, 2)[0]
        equal((after["status"], after["found"]), ("answered", "contradicted"))
        equal(why["answer"] in after["answer"], True)
        equal("contradiction" in after["brief"], True)


def it_is_for_the_user_alone():
    with Store() as s, Folder(FILES) as m:
        old = os.umask(0)
        try:
            s.sign(m, *SIGN)
        finally:
            os.umask(old)
        equal(stat.S_IMODE(os.stat(s.dir).st_mode), 0o700)
        files = sorted(os.listdir(s.dir))
        equal(len(files), 3)                    # entries, path, lock: no temporary file is left
        for name in files:
            equal(stat.S_IMODE(os.stat(os.path.join(s.dir, name)).st_mode), 0o600)


def a_changed_file_makes_it_void_and_undoing_it_valid_again():
    with Store() as s, Folder(FILES) as m:
        s.sign(m, *SIGN)
        card = os.path.join(m, "README.md")
        with open(card, "a") as f:
            f.write("One more line.\n")
        doc = s.sign(m, "--list")
        equal([(x["state"], x["why"]) for x in doc["signoffs"]],
              [("void", "the model's files have changed since it was given")])
        entry, whole = s.check(m, 3)
        equal((entry["status"], entry["signoff"]), (entry["found"], None))
        equal("Ada Lovelace" in entry["next"] and "void" in entry["next"], True)
        equal(whole["signoffs"][0]["state"], "void")
        s.sign(m, *SIGN)                        # signed again for the new one: both are listed
        equal([x["state"] for x in s.sign(m, "--list")["signoffs"]], ["valid", "void"])
        with open(card, "w") as f:
            f.write(FILES["README.md"])
        equal([x["state"] for x in s.sign(m, "--list")["signoffs"]], ["valid", "void"])
        equal(s.check(m, 3)[0]["status"], "answered")
        with open(os.path.join(m, "new.txt"), "w") as f:
            f.write("x")
        equal([x["state"] for x in s.sign(m, "--list")["signoffs"]], ["void", "void"])


def it_expires_after_its_last_day():
    with Store() as s, Folder(FILES) as m:
        s.sign(m, *SIGN)
        equal(s.check(m, 3, today="2030-06-30")[0]["status"], "answered")
        entry, whole = s.check(m, 3, today="2030-07-01")
        equal((entry["status"], whole["signoffs"][0]["state"]), (entry["found"], "expired"))
        equal("expired" in entry["next"], True)


def the_same_model_elsewhere_is_signed_and_another_is_not():
    with Store() as s, Folder(FILES) as m, Folder(FILES) as copy, Folder(dict(FILES, x="y")) as other:
        s.sign(m, *SIGN)
        equal(len(s.sign(copy, "--list")["signoffs"]), 1)
        equal(s.sign(other, "--list")["signoffs"], [])
        equal(s.check(m, 3, "--no-hash")[1]["signoffs"], [])


def a_new_revision_in_a_hub_cache_makes_it_void():
    with Store() as s, Folder({f"models--org--m/snapshots/{r}/README.md": f"---\nlicense: mit\n---\n{r}\n"
                               for r in ("aaa", "bbb")}) as top:
        s.sign(top + "/models--org--m/snapshots/aaa", *SIGN)
        equal([x["state"] for x in s.sign(top + "/models--org--m/snapshots/bbb", "--list")["signoffs"]], ["void"])


def the_last_one_counts():
    with Store() as s, Folder(FILES) as m:
        s.sign(m, *SIGN)
        s.sign(m, *["No" if x.startswith("Yes") else x for x in SIGN])
        equal(s.check(m, 3)[0]["signoff"]["answer"], "No")
        equal(len(s.sign(m, "--list")["signoffs"]), 2)


def what_is_wrong_is_refused_and_nothing_is_kept():
    def but(option, value):
        args = list(SIGN)
        args[args.index(option) + 1] = value
        return args
    bad = [but("--question", x) for x in ("0", "13", "x", "1.0", "-1", "", "003")]
    bad += [but("--until", x) for x in ("2030-02-30", "2030-1-1", TODAY, "2029-12-31", "soon", "")]
    bad += [but("--role", x) for x in ("boss", "", "Legal")]
    bad += [but("--by", x) for x in ("", " ", "x" * 101, "a\nb", "a\x1b[1mb", "a\u202eb", "\udcff")]
    bad += [but("--answer", x) for x in ("", "x" * 1001, "a\tb", "a\u2028b", "a\u0085b")]
    bad += [SIGN[:i] + SIGN[i + 2:] for i in range(0, len(SIGN), 2)]
    bad += [SIGN + ["--list"], SIGN + ["--question", "4"]]
    with Store() as s, Folder(FILES) as m:
        for args in bad:
            _, err = s.run("sign-off", m, *args, status=2)
            equal(err.count("\n") in (1, 2) and err.startswith("assay: "), True)
        s.run("sign-off", m, *SIGN, status=2, today="2030-13-01")
        equal(run("sign-off", *SIGN, env=s.env)[0], 2)
        s.run("sign-off", m + "/none", *SIGN, status=4)
        equal(os.path.exists(s.dir), False)


def the_longest_text_fits():
    with Store() as s, Folder(FILES) as m:
        args = list(SIGN)
        args[args.index("--by") + 1] = "ü" * 50
        args[args.index("--answer") + 1] = "\"" * 1000
        equal(s.sign(m, *args)["signoffs"][0]["answer"], "\"" * 1000)
        equal(s.check(m, 3)[0]["status"], "answered")


def a_file_that_is_not_ours_is_an_error():
    with Store() as s, Folder(FILES) as m:
        digest = s.sign(m, *SIGN)["model"]["digest"]
        path = os.path.join(s.dir, digest + ".json")
        good = open(path).read()
        for bad in ("", "{}", good[:-5], good.replace("legal", "king"), good.replace('"question": 3', '"question": 30'),
                    good.replace(digest, "0" * 64), good.replace("2030-06-30", "2030-06-31"),
                    good.replace("Ada", "\\u001b[2J"), good.replace('"role"', '"rule"'),
                    good.replace("sign-off-file/1", "sign-off-file/2")):
            with open(path, "w") as f:
                f.write(bad)
            for args in (("check", m), ("sign-off", m, "--list"), ("sign-off", m, *SIGN)):
                out, err = s.run(*args, status=3)
                equal((out, path in err), ("", True))
            equal(open(path).read(), bad)
        for bad in (" " * (2 << 20) + good, "[" * 10000):
            with open(path, "w") as f:
                f.write(bad)
            s.run("check", m, status=9)
        with open(path, "w") as f:
            f.write(good)
        os.chmod(path, 0o620)
        equal("others than you" in s.run("check", m, status=3)[1], True)
        os.chmod(path, 0o600)
        os.chmod(s.dir, 0o777)
        equal("others than you" in s.run("check", m, status=3)[1], True)
        os.chmod(s.dir, 0o700)
        for other in glob.glob(s.dir + "/path-*"):
            with open(other, "w") as f:
                f.write('{"schema": "assay.sign-off-path/1", "path": "x", "models": ["../../x"]}')
            s.run("check", m, status=3)


def many_at_once_are_all_kept():
    with Store() as s, Folder(FILES) as m:
        args = [os.path.abspath(ASSAY), "sign-off", m, *SIGN, "--date", TODAY]
        running = [subprocess.Popen(args, env=dict(os.environ, **s.env), stdout=subprocess.DEVNULL) for _ in range(12)]
        equal([p.wait() for p in running], [0] * 12)
        equal(len(s.sign(m, "--list")["signoffs"]), 12)


def without_a_home_check_works_and_sign_off_says_so():
    env = {"XDG_DATA_HOME": "", "HOME": ""}
    with Folder(FILES) as m:
        equal(run("check", m, env=env)[0], 1)
        status, out, err = run("sign-off", m, *SIGN, "--date", TODAY, env=env)
        equal((status, out, "XDG_DATA_HOME" in err), (2, "", True))


def odd_names_cannot_forge_a_digest():
    line = hashlib.sha256(b"b").hexdigest()
    with Store() as s, Folder({"a": "a", "b": "b"}) as two, Folder({f"a\n{line}  b": "a"}) as one:
        equal(s.sign(two, "--list")["model"]["digest"], digest_of(two))
        equal(s.sign(one, "--list")["model"]["digest"] != s.sign(two, "--list")["model"]["digest"], True)


main([a_sign_off_is_kept_and_answers_its_question, a_contradiction_stays_visible_below_a_sign_off,
      it_is_for_the_user_alone, a_changed_file_makes_it_void_and_undoing_it_valid_again, it_expires_after_its_last_day,
      the_same_model_elsewhere_is_signed_and_another_is_not, a_new_revision_in_a_hub_cache_makes_it_void,
      the_last_one_counts, what_is_wrong_is_refused_and_nothing_is_kept, the_longest_text_fits,
      a_file_that_is_not_ours_is_an_error, many_at_once_are_all_kept, without_a_home_check_works_and_sign_off_says_so,
      odd_names_cannot_forge_a_digest])
