// SPDX-License-Identifier: Apache-2.0
#include "license/candidate.h"

static void count_votes(const struct align_input *in, const struct index_table *x, uint32_t *votes)
{
    for (uint32_t i = 0; i < in->n; i++) {
        uint32_t s = in->shingle[i], from, to, before = UINT32_MAX;
        index_bucket(x, s, &from, &to);
        for (uint32_t p = from; p < to; p++) {
            if (x->posting_shingle[p] != s || x->posting_entry[p] == before)
                continue;
            before = x->posting_entry[p];       /* postings of an entry lie together */
            votes[before] += shingle_length(s);
        }
    }
}

static double rank_of(const struct index_entry *entry, uint32_t votes, uint32_t n_input,
                      enum candidate_order order)
{
    if (!votes || !entry->n_words)
        return 0;
    double share = (double)votes / entry->n_words;
    if (order == CANDIDATE_SIMILAR)
        return 2.0 * votes / ((double)entry->n_words + n_input);
    return share < 0.4 ? 0 : share * share * votes;
}

int candidate_find(const struct align_input *in, const struct index *x, enum candidate_order order,
                   struct arena *a, struct candidates *out, struct err *e)
{
    const struct index_table *table;
    uint32_t *votes = arena_array(a, x->n_entries, sizeof *votes);
    double rank[CANDIDATES_MAX];
    if (!votes)
        return err_memory(e);
    int rc = index_invert(x, &table, e);
    if (rc)
        return rc;
    count_votes(in, table, votes);
    out->n = 0;
    for (uint32_t n = 0; n < x->n_entries; n++) {
        double r = rank_of(&x->entries[n], votes[n], in->to - in->from, order);
        if (r <= 0 || (out->n == CANDIDATES_MAX && r <= rank[out->n - 1]))
            continue;
        unsigned i = out->n < CANDIDATES_MAX ? out->n++ : CANDIDATES_MAX - 1;
        for (; i > 0 && rank[i - 1] < r; i--) {
            rank[i] = rank[i - 1];
            out->entry[i] = out->entry[i - 1];
            out->votes[i] = out->votes[i - 1];
        }
        rank[i] = r;
        out->entry[i] = n;
        out->votes[i] = votes[n];
    }
    return 0;
}
