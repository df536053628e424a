// SPDX-License-Identifier: Apache-2.0
/* Programs, and formats that are named and not parsed: by their bytes, whatever they are called. */
#include "base/fs.h"
#include "tests/support/faults.h"
#include "tests/support/judged.h"

static const char *judged(struct span in, const char *name)
{
    return judged_line(in, name, 0);
}

#define BYTES(literal, name) judged(span_of(literal, sizeof literal - 1), name)
#define PROGRAM "UNSAFE executable"
#define NAMED "REVIEW recognised-not-parsed"

TEST(programs_are_unsafe_whatever_they_are_called)
{
    uint8_t pe[128] = { 'M', 'Z', 0xff, 0xff };
    STR(BYTES("\x7f" "ELF\2\1\1\0\0\0\0\0", "model.safetensors"), PROGRAM);
    STR(BYTES("MZqFpD='\n", "model.llamafile"), PROGRAM);
    STR(BYTES("MZ\x90\0\3\0\0\0", "a.gguf"), PROGRAM);
    STR(BYTES("\xcf\xfa\xed\xfe\7\0\0\1", "a"), PROGRAM);
    STR(BYTES("\xca\xfe\xba\xbe\0\0\0\2", "a.bin"), PROGRAM);
    STR(BYTES("\xca\xfe\xba\xbe\0\0\0\x41", "A.class"), PROGRAM);
    STR(BYTES("\xca\xfe\xba\xbe", "a"), PROGRAM);
    STR(BYTES("\0asm\1\0\0\0", "a.pkl"), PROGRAM);
    STR(BYTES("#!/bin/sh\nexec tail -c 9 $0\n\0\1\2", "model.pt"), PROGRAM);
    STR(BYTES("\x6f\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3", "a.cpython-312.pyc"), PROGRAM);
    STR(BYTES("\x6f\r\r\n", "a.pyc"), "CLEAN");
    STR(BYTES("\x6f\r\r\n\0\0\0\0\0\0\0\0\0\0\0\0\xe3", "a.dat"), "REVIEW unknown-format");
    pe[60] = 100;
    STR(judged(span_of(pe, sizeof pe), "a.bin"), "INCOMPLETE pickle-broken");
    memcpy(pe + 100, "PE", 2);
    STR(judged(span_of(pe, sizeof pe), "a.bin"), PROGRAM);
    pe[60] = 126;                                       /* the mark would end behind the file */
    STR(judged(span_of(pe, sizeof pe), "a.dat"), "REVIEW unknown-format");
    memset(pe + 60, 0xff, 4);
    STR(judged(span_of(pe, sizeof pe), "a.dat"), "REVIEW unknown-format");
}

TEST(texts_that_begin_like_programs_are_texts)
{
    STR(BYTES("MZ is a former car maker of Zschopau, and this line is longer than sixty-four bytes.\n", "README"), "CLEAN");
    STR(BYTES("MZ", "README"), "CLEAN");
    STR(BYTES("#!/bin/sh\necho\n", "run"), "REVIEW code");
    STR(BYTES("tree\nversion=v4\nnum_class=1\n", "model.txt"), "CLEAN");
    STR(BYTES("version of the model\n", "a.txt"), "CLEAN");
}

TEST(known_formats_are_named)
{
    STR(BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.png"), NAMED);
    STR(BYTES("\xff\xd8\xff\xe0", "a.jpg"), NAMED);
    STR(BYTES("GIF89a\1\0\1\0", "a.gif"), NAMED);
    STR(BYTES("RIFF\0\0\0\0WEBP", "a.webp"), NAMED);
    STR(BYTES("XXXX\0\0\0\0WEBP", "a.webp"), "REVIEW unknown-format");
    STR(BYTES("%PDF-1.7\n\x80\xff", "a.pdf"), NAMED);
    STR(BYTES("\xff\xff\xff\xff\0\0\0\0{}", "model.safetensors"), "INCOMPLETE tensors-malformed");
    STR(BYTES("\0\1\2\3\4\5\6\7", "model.safetensors"), "INCOMPLETE tensors-malformed");
    STR(BYTES("only a note\n", "model.safetensors"), "INCOMPLETE tensors-malformed");
    STR(BYTES("only a note\n", "model.gguf"), "INCOMPLETE tensors-malformed");
    STR(BYTES("<!DOCTYPE html>\n<p>terms</p>\n", "TERMS.html"), "CLEAN");
    STR(BYTES("SQLite format 3\0\x10\0", "a.db"), NAMED);
    STR(BYTES("SQLite format 3 is a format\n", "a.txt"), "CLEAN");
    STR(BYTES("PAR1\x15\0", "a.parquet"), NAMED);
    STR(BYTES("\4\0\0\0\1\0\0\0\3\0\0\0V 1\1\0", "a.t7"), NAMED);
    STR(BYTES("CBM1\0\0\0\0", "a.cbm"), NAMED);
    STR(BYTES("{L\0\0\0\0\0\0\0\7learner", "a.ubj"), NAMED);
    STR(BYTES("\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "a.params"), NAMED);
    STR(BYTES("ftrt\1\0\0\0", "a.engine"), NAMED);
    STR(BYTES("\x81\xa5" "state\xc0", "flax_model.msgpack"), NAMED);
    STR(BYTES("RDX3\nX\n\0\0\0\3", "a.RData"), NAMED);
}

TEST(a_name_that_claims_another_format_is_told)
{
    STR(BYTES("\x89PNG\r\n\x1a\n", "bad_pytorch.pt"), "INCOMPLETE wrong-content");
    STR(BYTES("\x89PNG\r\n\x1a\n", "model.safetensors"), "INCOMPLETE wrong-content");
    STR(BYTES("\x89PNG\r\n\x1a\n", ".pt"), NAMED);
    STR(BYTES("CBM1\0\0\0\0", "model.bin"), NAMED);
    STR(BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "a.png"), "INCOMPLETE wrong-content");
}

TEST(a_picture_that_is_a_pickle_too_is_judged_as_one)
{
    /* G is a float of eight bytes; then a name and a call; then what is no opcode */
    STR(BYTES("GIF89aXXX0cos\nsystem\n(S'id'\ntR.", "a.gif"), "UNSAFE pickle-global pickle-call");
    STR(BYTES("GIF89aXXX0cos\nsystem\n(S'id'\ntR\xff\xff", "a.gif"), "UNSAFE pickle-global pickle-call pickle-broken");
    STR(BYTES("GIF89aXXX0cos\nsystem\n\xff\xff", "a.pkl"), "UNSAFE pickle-global pickle-broken");
}

TEST(labelled_file_is_as_labelled)
{
    struct fs_map map;
    char full[1024];
    (void)snprintf(full, sizeof full, "%s/data/scan/picklescan/tests/data/bad_pytorch.pt", dir_of("ASSAY_SHARED"));
    if (fs_map(full, &map, NULL))
        SKIP("the shared data is not there");
    YES(strncmp(judged(map.bytes, "bad_pytorch.pt"), "INCOMPLETE wrong-content", 24) == 0);
    fs_unmap(&map);
}

TEST(no_allocation_failure_is_lost)
{
    static const char *const files[] = { ("\x7f" "ELF\2\1\1"), "GIF89aXXX0cos\nsystem\n(S'id'\ntR\xff", "%PDF-1.7\n" };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t n = 1;; n++) {
            struct arena a;
            struct scan s;
            struct scan_node node = { .in = span_str(files[i]), .path = "x.h5", .name = "x.h5" };
            arena_init(&a, 64 << 20);
            fault_alloc_at(n);
            scan_init(&s, &judged_list, &a);
            int rc = scan_bytes(&s, &node, NULL);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            arena_fini(&a);
            YES(rc == 0 || rc == ERR_MEMORY);
            YES(hit || rc == 0);
            if (!hit)
                break;
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(programs_are_unsafe_whatever_they_are_called), CASE(texts_that_begin_like_programs_are_texts),
        CASE(known_formats_are_named), CASE(a_name_that_claims_another_format_is_told),
        CASE(a_picture_that_is_a_pickle_too_is_judged_as_one), CASE(labelled_file_is_as_labelled),
        CASE(no_allocation_failure_is_lost),
    };
    return cmocka_run_group_tests(tests, judged_open, judged_close);
}
