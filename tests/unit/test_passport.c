// SPDX-License-Identifier: Apache-2.0
/* check_model on made folders: every failed allocation and every failed read comes back as an error. */
#include "tests/support/check.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/fs.h"
#include "passport/report.h"
#include "passport/verify.h"
#include "tests/support/faults.h"

static char folder[64];

static void put_file(const char *name, const void *bytes, size_t n)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    EQ(fwrite(bytes, 1, n, f), n);
    EQ(fclose(f), 0);
}

/* A GGUF v3 file with the single key general.license = "mit". */
static const unsigned char gguf_mit[] =
    "GGUF\3\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0"
    "\17\0\0\0\0\0\0\0general.license\10\0\0\0\3\0\0\0\0\0\0\0mit";

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/assay-unit-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    struct arena a;
    struct span own;
    arena_init(&a, 1 << 20);
    EQ(fs_read(fs_join(&a, dir_of("ASSAY_SOURCE"), "LICENSE"), 1 << 20, &a, &own, NULL), 0);
    put_file("LICENSE", own.p, own.n);
    arena_fini(&a);
    static const char card[] = "---\nlicense: apache-2.0\nbase_model: meta-llama/Llama-3.1-8B\ndatasets: [ms_marco]\nauthor: Ada\n"
                               "extra_gated_prompt: who are you\n---\n"
                               "# A model\n\nReleased under the Apache 2.0 License.\n\n- **Release date:** 2025-01-02\n\n"
                               "## Changelog\n\nload(\"m\", revision=\"step1\")\n";
    put_file("README.md", card, sizeof card - 1);
    put_file("w.gguf", gguf_mit, sizeof gguf_mit - 1);
    put_file("config.json", "{\"model_type\": \"llama\"}", 23);
    static const char sums[] = "0011223344556677889900112233445566778899001122334455667788990011  config.json\n"
                               "0011223344556677889900112233445566778899001122334455667788990011  gone\n";
    put_file("SHA256SUMS", sums, sizeof sums - 1);
    put_file("model.sig", "x", 1);
    return 0;
}

static int drop_folder(void **state)
{
    static const char *const names[] = { "LICENSE", "README.md", "w.gguf", "config.json", "SHA256SUMS",
                                         "model.sig" };
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

static int check_once(struct buf *out, struct err *e)
{
    struct arena a;
    struct check c;
    struct use use;
    use_init(&use);
    struct check_options opt = { .use = &use, .today = "2026-01-01" };
    arena_init(&a, (size_t)1 << 30);
    int rc = check_model(folder, &opt, &a, &c, e);
    if (!rc)
        rc = report_json(&c, out, e);
    check_fini(&c);
    arena_fini(&a);
    return rc;
}

TEST(no_allocation_failure_is_lost)
{
    struct buf out;
    buf_init(&out, 1 << 24);
    for (size_t n = 1;; n += 1 + n / 16) {
        struct err e = { 0 };
        buf_reset(&out);
        fault_alloc_at(n);
        int rc = check_once(&out, &e);
        bool hit = fault_alloc_hit();
        fault_alloc_at(0);
        if (!hit) {
            EQ(rc, 0);
            break;
        }
        if (rc != ERR_MEMORY)
            fail_msg("allocation %zu: %s %s", n, err_name(rc), e.msg);
    }
    buf_fini(&out);
}

TEST(short_reads_change_nothing_and_failed_ones_are_said)
{
    struct buf one, two;
    struct err e = { 0 };
    buf_init(&one, 1 << 24);
    buf_init(&two, 1 << 24);
    EQ(check_once(&one, &e), 0);
    fault_read_cap(7);
    EQ(check_once(&two, &e), 0);
    fault_read_cap(0);
    STR(buf_text(&one), buf_text(&two));
    for (size_t n = 1; n < 6; n++) {
        buf_reset(&two);
        fault_read_at(n);
        EQ(check_once(&two, &e), ERR_IO);
        fault_read_at(0);
        YES(e.path[0]);
    }
    buf_fini(&one);
    buf_fini(&two);
}

TEST(the_report_verifies_and_a_forged_one_does_not)
{
    struct buf out;
    struct err e = { 0 };
    struct arena a;
    struct catalog catalog;
    struct verify_result r;
    buf_init(&out, 1 << 24);
    arena_init(&a, (size_t)1 << 30);
    EQ(check_once(&out, &e), 0);
    EQ(catalog_open(&catalog, &a, &e), 0);
    EQ(verify_report(buf_view(&out), folder, &catalog, &a, &r, &e), 0);
    EQ(r.n_drifts, 0);
    YES(r.n_pointers > 5 && r.n_files == 6);
    for (char *p = out.p; (p = strstr(p, "\"sha256\": \"")); p += 20)    /* spoil every digest */
        p[11] = p[11] == '0' ? '1' : '0';
    EQ(verify_report(buf_view(&out), folder, &catalog, &a, &r, &e), 0);
    YES(r.n_drifts > 5);
    EQ(verify_report(span_str("{}"), folder, &catalog, &a, &r, &e), ERR_FORMAT);
    EQ(verify_report(span_str("{\"schema\": \"assay.check/1\", \"model\": {\"ref\": \"x\"}, \"claims\": [{\"path\": "
                              "\"../LICENSE\", \"byte_from\": 0, \"byte_to\": 1, \"sha256\": \"00\"}]}"), folder, &catalog,
                     &a, &r, &e), 0);
    EQ(r.n_drifts, 1);
    arena_fini(&a);
    buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { CASE(no_allocation_failure_is_lost),
                                        CASE(short_reads_change_nothing_and_failed_ones_are_said),
                                        CASE(the_report_verifies_and_a_forged_one_does_not) };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
