// SPDX-License-Identifier: Apache-2.0
/* The judge of pickles: what is clean, what is for review, what is unsafe, and at which byte. */
#include "base/fs.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

static const char *judged(const void *p, size_t n)
{
    return judged_line(span_of(p, n), "x.pkl", JUDGED_OFFSETS | JUDGED_ADVISORIES);
}

#define JUDGED(bytes, text) STR(judged(bytes, sizeof bytes - 1), text)

TEST(plain_data_and_listed_constructors_are_clean)
{
    JUDGED("\x80\x02}q\x00(X\x01\0\0\0aK\x01X\x01\0\0\0b]q\x01(K\x02K\x03" "eu.", "CLEAN");
    JUDGED("\x80\x02" "ccollections\nOrderedDict\n)R(X\x01\0\0\0aK\x01u}b.", "CLEAN");
    JUDGED("\x80\x02" "ctorch.nn.modules.linear\nLinear\n)\x81}X\x01\0\0\0aK\x01sb.", "CLEAN");
    JUDGED("\x80\x02((X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0" "0X\x03\0\0\0cpuK\x02tQt.", "CLEAN");
}

TEST(every_name_that_is_not_listed_is_unsafe_even_when_it_is_not_called)
{
    JUDGED("cos\nsystem\n.", "UNSAFE pickle-global@0");
    JUDGED("cpip\nmain\n.", "UNSAFE pickle-global@0 CVE-2025-1716");
    JUDGED("ctorch\nos.system\n.", "UNSAFE pickle-global@0");
    JUDGED("ctorch.utils.collect_env\nrun\n.", "UNSAFE pickle-global@0 GHSA-f745-w6jp-hpxx GHSA-jhph-76pp-mggw");
    JUDGED("ccollections\nOrderedDict.fromkeys\n.", "UNSAFE pickle-global@0");
    JUDGED("ccollections\nOrderedDict \n.", "UNSAFE pickle-global@0");
    JUDGED("cnobody\nKnows\n.", "UNSAFE pickle-global@0");
}

TEST(a_class_of_a_known_library_is_for_review_but_not_its_call)
{
    JUDGED("c__main__\nMyModel\n)\x81}b.", "REVIEW pickle-unknown-class@0");
    JUDGED("c__main__\nMyModel\n)R.", "UNSAFE pickle-unknown-class@0 pickle-call@19");
    JUDGED("ctorch.package\nPackageImporter\nX\x01\0\0\0x\x85R.", "UNSAFE pickle-unknown-class@0 pickle-call@38");
    JUDGED("ctransformers\nfrom_pretrained\n.", "UNSAFE pickle-global@0");
}

TEST(listed_names_in_the_wrong_place_are_unsafe)
{
    JUDGED("ctorch\nFloatStorage\n)R.", "UNSAFE pickle-call@21");
    JUDGED("ctorch.nn.modules.linear\nLinear\n)R.", "UNSAFE pickle-call@33");
    JUDGED("ccollections\nOrderedDict\n}b.", "UNSAFE pickle-state@26");
    JUDGED("ccollections\nOrderedDict\n)R)R.", "UNSAFE pickle-call@28");
    JUDGED("]K\x01K\x02s.", "UNSAFE pickle-state@5");
    JUDGED("U\x07" "unknownQ.", "UNSAFE pickle-persistent-id@9");
    JUDGED("Psome id\n.", "UNSAFE pickle-persistent-id@0");
    JUDGED("\x82\x01.", "UNSAFE pickle-extension@0");
    JUDGED("ctorch.storage\n_load_from_bytes\nN\x85R.", "UNSAFE pickle-call@34");
    JUDGED("ctorch.storage\n_load_from_bytes\nC\x0c" "cos\nsystem\n.\x85R.", "UNSAFE payload@32 pickle-global@0");
    JUDGED("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch.storage\n_load_from_bytes\nNNNtR.", "UNSAFE pickle-call@74");
    JUDGED("ccopyreg\n_reconstructor\n(csklearn.svm._classes\nSVC\nc__builtin__\nobject\nNtR}b.", "CLEAN");
    JUDGED("ccopyreg\n_reconstructor\n(csklearn.svm._classes\nSVC\ncsklearn.svm._classes\nSVC\nNtR.", "UNSAFE pickle-call@79");
    JUDGED("ccopyreg\n_reconstructor\n(csklearn.svm._classes\nSVC\ntR.", "UNSAFE pickle-call@52");
}

TEST(what_follows_and_what_breaks_is_said)
{
    JUDGED("N.cos\nsystem\n.", "UNSAFE pickle-global@2");
    JUDGED("N.\xff\xff", "INCOMPLETE pickle-broken@2");
    JUDGED("\x80\x02N", "INCOMPLETE pickle-broken@3");
    JUDGED("\x80\x02" "cos\nsystem\n\xff", "UNSAFE pickle-global@2 pickle-broken@13");
}

TEST(payloads_in_constants_are_carried_not_run)
{
    JUDGED("\x80\x03" "C\x11" "cos\nsystem\n(NtR.\n.", "CARRIES-PAYLOAD payload@2");
    JUDGED("\x80\x03X\x18\0\0\0Y29zCnN5c3RlbQooTnRSLg==.", "CARRIES-PAYLOAD payload@2");
    JUDGED("\x80\x03X\x20\0\0\0" "636f730a73797374656d0a284e74522e.", "CARRIES-PAYLOAD payload@2");
    JUDGED("\x80\x03X\x14\0\0\0(see the appendix). .", "CLEAN");
    JUDGED("\x80\x03" "C\x0e]cos\nsystem\n0..", "CARRIES-PAYLOAD payload@2");
}

/* What _codecs.encode gives of a text: `n` is its length, a byte above 0x7f counting two. */
#define ENCODED(n, text) "c_codecs\nencode\nX" n "\0\0\0" text "X\6\0\0\0latin1\x86R"

TEST(bytes_that_the_old_protocols_spell_as_text_are_read)
{
    JUDGED("ctorch.storage\n_load_from_bytes\n" ENCODED("\x05", "\xc2\x80\x02N.") "\x85R.", "CLEAN");
    JUDGED("ctorch.storage\n_load_from_bytes\n" ENCODED("\x0f", "\xc2\x80\x02" "cos\nsystem\n.") "\x85R.",
           "UNSAFE payload@80 pickle-global@2");
    JUDGED("ctorch.storage\n_load_from_bytes\n" ENCODED("\x03", "\xe2\x82\xac") "\x85R.", "UNSAFE pickle-call@70");
    JUDGED("ctorch.storage\n_load_from_bytes\n" ENCODED("\x02", "N.") "0NN\x85R.", "UNSAFE pickle-call@72");
    JUDGED("ctorch.storage\n_load_from_bytes\nc_codecs\nencode\nX\2\0\0\0N.X\5\0\0\0rot13\x86R\x85R.", "UNSAFE pickle-call@68");
    JUDGED(ENCODED("\x13", "\xc2\x80\x02" "cos\nsystem\n(NtR.") ".", "CARRIES-PAYLOAD payload@52");
    JUDGED(ENCODED("\x10", "cos\nsystem\n(NtR.") ".", "CARRIES-PAYLOAD payload@16");
    JUDGED(ENCODED("\x15", "\xc2\x80\x02see the appendix. ") ".", "CLEAN");
}

/* torch/serialization.py, _legacy_load: five streams, the fourth is the object. */
#define OLD_TORCH "\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
#define MODULE(class) "(X\6\0\0\0modulec" class "\nX\1\0\0\0fX\1\0\0\0stQ"

TEST(old_files_of_torch_hand_out_classes_for_ids)
{
    JUDGED("\x80\2" OLD_TORCH "N.N." MODULE("torch.nn.modules.linear\nLinear") "q\1)\x81}bh\1)\x81}b0.N.", "CLEAN");
    JUDGED("\x80\4\x95\x0d\0\0\0\0\0\0\0" OLD_TORCH "N.N." MODULE("torch.nn.modules.linear\nLinear") ")\x81}b.N.", "CLEAN");
    JUDGED("\x80\2" OLD_TORCH "N.N." MODULE("__main__\nNet") ")\x81}b.N.", "REVIEW pickle-unknown-class@31");
    JUDGED("\x80\2" OLD_TORCH "N.N." MODULE("torch.nn.modules.linear\nLinear") ")R.N.", "UNSAFE pickle-call@78");
    JUDGED("\x80\2" OLD_TORCH "N.N." MODULE("torch.nn.modules.linear\nLinear") "}b.N.", "UNSAFE pickle-state@78");
    JUDGED("\x80\2" OLD_TORCH "N.N." MODULE("torch.nn.modules.linear\nLinear") ")\x81)R.N.", "UNSAFE pickle-call@80");
    JUDGED("\x80\2" OLD_TORCH "N.N." MODULE("os\nsystem") ")\x81.N.",
           "UNSAFE pickle-global@31 pickle-call@57");
    JUDGED(MODULE("torch.nn.modules.linear\nLinear") ")\x81.", "UNSAFE pickle-call@59");
}

TEST(a_list_with_a_mistake_is_refused_with_its_line)
{
    static const char *const bad[] = {
        "date: 1\nglobals: [{module: a, use: call, names: [b]}, {module: a, use: new, names: [b]}]\nlibraries: []\nadvisories: []\n",
        "date: 1\nglobals: [{module: a, use: run, names: [b]}]\nlibraries: []\nadvisories: []\n",
        "date: 1\nglobals: [{module: a, use: call}]\nlibraries: []\nadvisories: []\n",
        "globals: []\nlibraries: []\nadvisories: []\n", "date: 1\n", "[]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct arena a;
        struct allow l;
        arena_init(&a, 1 << 20);
        EQ(allow_open(span_str(bad[i]), &a, &l, NULL), ERR_FORMAT);
        arena_fini(&a);
    }
}

static void sweep(struct span in)
{
    struct scan_node node = { .in = in, .path = "x.pkl", .name = "x.pkl" };
    for (size_t n = 1;; n++) {
        struct arena a;
        struct scan s;
        struct allow l;
        arena_init(&a, 64 << 20);
        fault_alloc_at(n);
        int rc = allow_open(SPAN_NONE, &a, &l, NULL);
        if (!rc) {
            scan_init(&s, &l, &a);
            rc = scan_bytes(&s, &node, NULL);
        }
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        arena_fini(&a);
        EQ(rc, hit ? ERR_MEMORY : 0);
        if (!hit)
            break;
    }
}

TEST(no_allocation_failure_is_lost)
{
    static const char one[] = "\x80\x03" "C\x11" "cos\nsystem\n(NtR.\ncpip\nmain\n)R((X\x07\0\0\0storagectorch\nFloatStorage\n"
                              "X\x01\0\0\0" "0X\x03\0\0\0cpuK\x02tQt.";
    static const char two[] = "\x80\2" OLD_TORCH "N.N." MODULE("torch.nn.modules.linear\nLinear") ")\x81}b0ctorch.storage\n"
                              "_load_from_bytes\n" ENCODED("\x0f", "\xc2\x80\x02" "cos\nsystem\n.") "\x85R.N.";
    sweep(span_of(one, sizeof one - 1));
    sweep(span_of(two, sizeof two - 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(plain_data_and_listed_constructors_are_clean),
        CASE(every_name_that_is_not_listed_is_unsafe_even_when_it_is_not_called),
        CASE(a_class_of_a_known_library_is_for_review_but_not_its_call), CASE(listed_names_in_the_wrong_place_are_unsafe),
        CASE(what_follows_and_what_breaks_is_said), CASE(payloads_in_constants_are_carried_not_run),
        CASE(bytes_that_the_old_protocols_spell_as_text_are_read), CASE(old_files_of_torch_hand_out_classes_for_ids),
        CASE(a_list_with_a_mistake_is_refused_with_its_line), CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
