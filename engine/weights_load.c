// SPDX-License-Identifier: Apache-2.0
/* engine/weights_load.c - the block of memory, and all lanes packing into it. */
#include <sys/mman.h>
#include <unistd.h>
#include "base/mem.h"
#include "engine/weights_int.h"

enum { ALIGN = 64, HUGE_BYTES = 2 << 20 };

struct packer {
    struct weights *w;
    uint8_t *base;
    uint32_t n_chunks;
    const struct weights_item *pairs;   /* the one whose rows are being put in pairs; NULL: all the others */
    uint8_t *scratch;                   /* its rows */
    uint32_t rows_per_head;
};

static bool is_pairs(enum arch_fix fix)
{
    return fix == FIX_PAIRS_Q || fix == FIX_PAIRS_K;
}

/* What lies whole between two places of a mapping is not needed any more. */
static void give_back(struct span part)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)part.p + page - 1) & ~(page - 1), to = ((uintptr_t)part.p + part.n) & ~(page - 1);
    if (to > from)
        (void)madvise((void *)from, to - from, MADV_DONTNEED);
}

static void load_vector(const struct packer *p, const struct weights_item *item)
{
    float *v = (float *)(void *)(p->base + item->at);
    const struct gguf_tensor *t = item->t;
    enum arch_fix fix = source_fix(&p->w->source, t);
    (void)row_decode(t->type, t->data.p, t->n_elements, v);
    for (uint64_t i = 0; fix == FIX_PLUS_ONE && i < t->n_elements; i++)
        v[i] += 1;
    for (uint32_t i = 0; is_pairs(fix) && i < t->n_elements; i++)      /* F32, F16 and BF16 alone have fixes */
        (void)row_decode(t->type, t->data.p + source_pair_row(i, p->w->spec.key_dim) * ggml_layout(t->type)->block_bytes,
                         1, &v[i]);
    item->out->v = v;
}

static void pack_chunk(const struct packer *p, const struct weights_item *item, struct span rows, uint32_t chunk)
{
    const struct matrix *m = &item->out->m;
    uint32_t from = chunk * WEIGHTS_CHUNK, to = from + WEIGHTS_CHUNK;
    size_t row_bytes = rows.n / m->n_out;
    if (to > m->n_panels)
        to = m->n_panels;
    matrix_pack(m, p->base + item->at, rows, from, to);
    if (!p->pairs)
        give_back(span_sub(rows, from * MATRIX_PANEL * row_bytes, (size_t)(to - from) * MATRIX_PANEL * row_bytes));
}

static const struct weights_item *item_at(const struct weights *w, uint32_t chunk)
{
    uint32_t low = 0, high = w->n_items;
    while (high - low > 1) {
        uint32_t mid = low + (high - low) / 2;
        if (w->items[mid].first_chunk <= chunk)
            low = mid;
        else
            high = mid;
    }
    return &w->items[low];
}

static void pack_all(void *ctx, struct lane *l)
{
    const struct packer *p = ctx;
    uint32_t from, to;
    while (lane_next(l, p->n_chunks, 1, &from, &to))
        for (uint32_t i = from; i < to; i++) {
            const struct weights_item *item = item_at(p->w, i);
            if (item->vector)
                load_vector(p, item);
            else if (!is_pairs(item->fix))
                pack_chunk(p, item, item->t->data, i - item->first_chunk);
        }
}

static void pack_pairs(void *ctx, struct lane *l)
{
    const struct packer *p = ctx;
    const struct weights_item *item = p->pairs;
    uint32_t from, to, n = item->out->m.n_out;
    size_t row_bytes = item->t->data.n / n;
    while (lane_next(l, n, 256, &from, &to))
        for (uint32_t i = from; i < to; i++)
            memcpy(p->scratch + i * row_bytes, item->t->data.p + source_pair_row(i, p->rows_per_head) * row_bytes,
                   row_bytes);
    lane_sync(l);
    while (lane_next(l, item->n_chunks, 1, &from, &to))
        for (uint32_t i = from; i < to; i++)
            pack_chunk(p, item, span_of(p->scratch, item->t->data.n), i);
}

static int plan_matrices(struct packer *p, size_t *scratch_bytes, struct err *e)
{
    struct weights *w = p->w;
    *scratch_bytes = 0;
    for (uint32_t i = 0; i < w->n_items; i++) {
        struct weights_item *item = &w->items[i];
        item->first_chunk = p->n_chunks;
        p->n_chunks += item->n_chunks;
        if (item->vector)
            continue;
        int rc = matrix_plan(item->t->type, (uint32_t)item->t->dims[1], (uint32_t)item->t->dims[0], p->base + item->at,
                             &item->out->m, e);
        if (rc)
            return rc;
        if (is_pairs(item->fix) && item->t->data.n > *scratch_bytes)
            *scratch_bytes = item->t->data.n;
    }
    return 0;
}

static int pack(struct packer *p, struct pool *pool, size_t scratch_bytes, struct err *e)
{
    pool_run(pool, pack_all, p);
    if (scratch_bytes == 0)
        return 0;
    p->scratch = mem_realloc(NULL, scratch_bytes);
    if (!p->scratch)
        return err_memory(e);
    for (uint32_t i = 0; i < p->w->n_items; i++)
        if (!p->w->items[i].vector && is_pairs(p->w->items[i].fix)) {
            p->pairs = &p->w->items[i];
            p->rows_per_head = p->w->spec.key_dim;
            pool_run(pool, pack_pairs, p);
            give_back(p->pairs->t->data);
        }
    mem_free(p->scratch);
    return 0;
}

static int take(struct weights *w, struct packer *p, struct err *e)
{
    size_t align = w->packed_bytes > 4 * HUGE_BYTES ? HUGE_BYTES : ALIGN;
    w->block = mem_realloc(NULL, w->packed_bytes + align);
    if (!w->block)
        return err_memory(e);
    p->base = (uint8_t *)(((uintptr_t)w->block + align - 1) & ~(uintptr_t)(align - 1));
    if (align == HUGE_BYTES)        /* fewer misses of the address cache; without it things merely run slower */
        (void)madvise(p->base, w->packed_bytes & ~(size_t)(HUGE_BYTES - 1), MADV_HUGEPAGE);
    return 0;
}

int weights_load(struct weights *w, struct pool *pool, struct err *e)
{
    struct packer p = { .w = w };
    size_t scratch_bytes;
    int rc = take(w, &p, e);
    if (!rc)
        rc = plan_matrices(&p, &scratch_bytes, e);
    if (!rc)
        rc = pack(&p, pool, scratch_bytes, e);
    if (rc)
        return rc;
    source_close(&w->source);
    w->loaded = true;
    return 0;
}
