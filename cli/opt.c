// SPDX-License-Identifier: Apache-2.0
#include "cli/opt.h"

#include <string.h>

/* "users-month" names "users_month". */
static bool same_name(const char *name, const char *word, size_t n)
{
    if (strlen(name) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] != word[i] && !(name[i] == '_' && word[i] == '-'))
            return false;
    return true;
}

/* The option that `word` (without dashes) of length n names, or the table's size. */
static size_t find_name(const struct opt *table, size_t n_table, const char *word, size_t n)
{
    for (size_t i = 0; i < n_table; i++)
        if (same_name(table[i].name, word, n))
            return i;
    return n_table;
}

static size_t find_letter(const struct opt *table, size_t n_table, char letter)
{
    for (size_t i = 0; i < n_table; i++)
        if (table[i].letter == letter)
            return i;
    return n_table;
}

/* Take the option at argv[*i]; its value may be the next word. */
static int take_option(const struct opt *table, size_t n, int argc, char **argv, int *i,
                       struct opt_values *v, struct err *e)
{
    const char *word = argv[*i], *value = NULL;
    size_t k;
    if (word[1] == '-') {
        size_t len = strcspn(word + 2, "=");
        k = find_name(table, n, word + 2, len);
        if (word[2 + len] == '=')
            value = word + 3 + len;
    } else {
        k = find_letter(table, n, word[1]);
        if (word[2])
            value = word + 2;
    }
    if (k == n)
        return err_plain(e, ERR_USAGE, "unknown option \"%s\"", word);
    if (v->value[k])
        return err_plain(e, ERR_USAGE, "option \"--%s\" is given twice", table[k].name);
    if (!table[k].arg && value)
        return err_plain(e, ERR_USAGE, "option \"--%s\" takes no value", table[k].name);
    if (table[k].arg && !value) {
        if (*i + 1 >= argc)
            return err_plain(e, ERR_USAGE, "option \"--%s\" needs a value (%s)", table[k].name, table[k].arg);
        value = argv[++*i];
    }
    v->value[k] = value ? value : "";
    return 0;
}

int opt_parse(const struct opt *table, size_t n, int argc, char **argv, struct opt_values *out,
              struct err *e)
{
    struct opt_values v = { .args = argv + 1 };
    int kept = 1;
    bool open = true;
    for (int i = 1; i < argc; i++) {
        if (open && strcmp(argv[i], "--") == 0) {
            open = false;
        } else if (open && argv[i][0] == '-' && argv[i][1]) {
            int rc = take_option(table, n, argc, argv, &i, &v, e);
            if (rc)
                return rc;
        } else {
            argv[kept++] = argv[i];     /* kept <= i */
            v.n_args++;
        }
    }
    *out = v;
    return 0;
}
