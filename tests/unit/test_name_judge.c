// SPDX-License-Identifier: Apache-2.0
/* Names: what people do not see in them, what looks like something else, what Windows changes, and which are twins. */
#include "tests/support/check.h"

#include "base/err.h"
#include "scan/name_judge.h"
#include "tests/support/faults.h"

static char why[NAME_WHY_BYTES];

static const char *hides(const char *name) { return name_hides(span_str(name), why) ? why : ""; }
static const char *alike(const char *name) { return name_looks_alike(span_str(name), why) ? why : ""; }
static bool windows(const char *name) { return name_changes_on_windows(span_str(name), why); }
static const char *ending(const char *name) { return name_hides_ending(span_str(name), why) ? why : ""; }

TEST(hidden_characters)
{
    STR(hides("model-00001-of-00002.safetensors"), "");
    STR(hides("\xd0\xbc\xd0\xbe\xd0\xb4\xd0\xb5\xd0\xbb\xd1\x8c \xe6\xa8\xa1\xe5\x9e\x8b caf\xc3\xa9 \xf0\x9f\x98\x80\xef\xb8\x8f"), "");
    STR(hides("a\x1b[2J"), "character 2 of the name is U+001B, a control character");
    STR(hides("a\nb"), "character 2 of the name is U+000A, a control character");
    STR(hides("model\xe2\x80\xaenib.py"), "character 6 of the name is U+202E, turns the text around");
    STR(hides("\xc3\xa9\xe2\x80\x8b"), "character 2 of the name is U+200B, invisible");
    STR(hides("a\xc2\xa0""b"), "character 2 of the name is U+00A0, a blank that is none");
    STR(hides("a\xf3\xa0\x81\x81"), "character 2 of the name is U+E0041, invisible");
    STR(hides("a\xff"), "byte 2 of the name, 0xff, belongs to no character");
}

TEST(letters_of_two_scripts)
{
    STR(alike("README.md"), "");
    STR(alike("\xd0\xbc\xd0\xbe\xd0\xb4\xd0\xb5\xd0\xbb\xd1\x8c.bin"), "");        /* a Russian word, a Latin ending */
    STR(alike("\xce\xb1-model_\xce\xb2.bin"), "");                                /* a sign of its own */
    STR(alike("\xe8\xaf\xb4\xe6\x98\x8e\xef\xbc\x88\xe4\xb8\xad\xef\xbc\x89.md"), "");   /* wide brackets */
    STR(alike("m\xd0\xbe""del.bin"), "U+043E in the name looks like 'o', among letters of the Latin script");
    STR(alike("\xce\x9c""odel"), "U+039C in the name looks like 'M', among letters of the Latin script");
    STR(alike("model.\xd1\x80y"), "U+0440 in the name looks like 'p', among letters of the Latin script");
    STR(alike("\xef\xbd\x8d.bin"), "U+FF4D in the name looks like 'm'");
    STR(alike("a\xe2\x88\x95""b"), "U+2215 in the name looks like '/'");
    STR(alike("\xf0\x9d\x90\x9a"), "U+1D41A in the name looks like 'a'");
}

TEST(what_windows_changes)
{
    static const char *const bad[] = { "aux", "AUX.json", "com1.bin", "LPT9", "nul .txt", "a.", "a ", "a:b", "a\\b", "what?.md" };
    static const char *const good[] = { "auxiliary.json", "com.bin", "com0", "com10", "lpt", "a.b", ".gitattributes", "con-x" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        YES(windows(bad[i]));
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        NOT(windows(good[i]));
}

TEST(endings)
{
    STR(ending("model.safetensors.exe"), "behind \".safetensors\" stands \".exe\"");
    STR(ending("weights.BIN   .Py"), "behind \".BIN\" stands \".Py\"");
    STR(ending("photo.png.lnk"), "behind \".png\" stands \".lnk\"");
    static const char *const good[] = { "a.tar.gz", "modeling.py", ".bin.py", "lib.so", "v1.0.sh", "x.min.js", "a.py.bin", "" };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        STR(ending(good[i]), "");
}

static bool same(const char *x, const char *y, unsigned how)
{
    struct buf a, b;
    buf_init(&a, 4096);
    buf_init(&b, 4096);
    name_fold_add(&a, span_str(x), how);
    name_fold_add(&b, span_str(y), how);
    bool equal = !a.error && !b.error && span_eq(buf_view(&a), buf_view(&b));
    buf_fini(&a);
    buf_fini(&b);
    return equal;
}

TEST(folds)
{
    enum { ALL = FOLD_CASE | FOLD_FORM | FOLD_LOOK };
    YES(same("README.md", "readme.MD", FOLD_CASE));
    YES(same("\xc3\x89t\xc3\x89", "\xc3\xa9t\xc3\xa9", FOLD_CASE));
    YES(same("\xd0\x96", "\xd0\xb6", FOLD_CASE));
    NOT(same("caf\xc3\xa9", "cafe\xcc\x81", FOLD_CASE));
    YES(same("caf\xc3\xa9", "cafe\xcc\x81", FOLD_FORM));
    YES(same("\xe1\xba\xbf", "e\xcc\x82\xcc\x81", FOLD_FORM));                /* two marks */
    YES(same("\xea\xb0\x81", "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8", FOLD_FORM));  /* Hangul */
    YES(same("\xe3\x81\x8c", "\xe3\x81\x8b\xe3\x82\x99", FOLD_FORM));
    YES(same("m\xd0\xbe""del", "model", FOLD_LOOK));
    YES(same("\xd0\x9d""a", "ha", ALL));                                     /* looks like H, which is h */
    YES(same("mo\xe2\x80\x8b""del", "model", ALL));
    YES(same("\xef\xac\x81le", "file", ALL));                                /* a ligature */
    NOT(same("model", "modell", ALL));
    NOT(same("a", "\xc3\xa4", ALL));
}

TEST(no_memory_sticks_to_the_buf)
{
    struct buf b;
    for (size_t n = 1, hit = 1; hit; n++) {
        buf_init(&b, 4096);
        fault_alloc_at(n);
        name_fold_add(&b, span_str("mod\xc3\xa9l"), FOLD_CASE | FOLD_FORM);
        hit = fault_alloc_hit();
        fault_alloc_at(0);
        EQ(b.error, hit ? ERR_MEMORY : 0);
        buf_fini(&b);
    }
}

int main(void)
{
    return RUN(CASE(hidden_characters), CASE(letters_of_two_scripts), CASE(what_windows_changes), CASE(endings), CASE(folds),
               CASE(no_memory_sticks_to_the_buf));
}
