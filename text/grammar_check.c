// SPDX-License-Identifier: Apache-2.0
/* grammar_check.c - what can be finished, what can be passed without a byte, and what would call itself for ever.
 *
 * The first two are least fixed points: a node is looked at again when one that it depends on has become true, so
 * the cost is that of the edges. The third is a cycle, among steps that take no byte, through one that pushes a frame. */
#include "text/grammar_int.h"

/* Who looks at node x? users[from[x] .. from[x + 1]). */
struct users { uint32_t *from, *list, *todo; size_t n_todo; };
struct check { struct gram_build *b; struct users u; bool *truth; bool nullable; };

typedef void visit_fn(void *ctx, uint32_t node);

/* Call f for each node that `node`'s truth may rest on. */
static void rests_on(const struct gram_build *b, uint32_t node, visit_fn *f, void *ctx)
{
    const struct gram_node *x = &b->nodes[node];
    switch (x->kind) {
    case GRAM_EDGES:
        for (uint32_t i = 0; i < x->n; i++)
            f(ctx, b->edges[x->first + i].next);
        break;
    case GRAM_ALT:
        for (uint32_t i = 0; i < x->n; i++)
            f(ctx, b->list[x->first + i]);
        break;
    case GRAM_CALL:
        f(ctx, b->rules[x->first].start);
        f(ctx, x->next);
        break;
    case GRAM_REPEAT:
        f(ctx, x->first);
        f(ctx, x->next);
        break;
    case GRAM_OBJECT:
        for (uint32_t i = 0; i < b->objects[x->first].n_keys; i++)
            f(ctx, b->objects[x->first].keys[i].start);
        for (uint32_t i = 0; i < b->objects[x->first].n_others; i++)
            f(ctx, b->objects[x->first].others[i]);
        f(ctx, b->objects[x->first].close);
        break;
    default:
        break;
    }
}

static bool object_finishes(const struct check *c, const struct gram_object *o)
{
    uint32_t n_keys = 0, n_required = 0;
    bool others = false;
    for (uint32_t i = 0; i < o->n_keys; i++) {
        if (c->truth[o->keys[i].start])
            n_keys++;
        else if (o->keys[i].required)
            return false;
        n_required += o->keys[i].required;
    }
    for (uint32_t i = 0; i < o->n_others; i++)
        others |= c->truth[o->others[i]];
    return c->truth[o->close] && n_required <= o->max && o->min <= o->max && (others || n_keys >= o->min);
}

static bool is_true(const struct check *c, uint32_t node)
{
    const struct gram_build *b = c->b;
    const struct gram_node *x = &b->nodes[node];
    switch (x->kind) {
    case GRAM_END:
        return true;
    case GRAM_EDGES:
        if (x->final)
            return true;
        for (uint32_t i = 0; i < x->n && !c->nullable; i++)
            if (c->truth[b->edges[x->first + i].next])
                return true;
        return false;
    case GRAM_ALT:
        for (uint32_t i = 0; i < x->n; i++)
            if (c->truth[b->list[x->first + i]])
                return true;
        return false;
    case GRAM_CALL:
        return c->truth[b->rules[x->first].start] && c->truth[x->next];
    case GRAM_REPEAT:
        return (x->min == 0 || c->truth[x->first]) && c->truth[x->next];
    case GRAM_OBJECT:
        return !c->nullable && object_finishes(c, &b->objects[x->first]);
    case GRAM_KEYS:
    case GRAM_MORE:
        return !c->nullable;                    /* what follows is judged where the object begins */
    default:
        return false;
    }
}

static void count_user(void *ctx, uint32_t node)
{
    ((struct users *)ctx)->from[node + 1]++;
}

struct adding { struct users *u; uint32_t user; uint32_t *at; };
static void add_user(void *ctx, uint32_t node)
{
    struct adding *x = ctx;
    x->u->list[x->at[node]++] = x->user;
}

static int make_users(struct gram_build *b, struct users *u)
{
    size_t n = b->n_nodes;
    u->from = arena_array(b->a, n + 1, sizeof *u->from);
    u->todo = arena_array(b->a, n + 1, sizeof *u->todo);
    uint32_t *at = arena_array(b->a, n + 1, sizeof *at);
    if (!u->from || !u->todo || !at)
        return err_memory(b->e);
    for (uint32_t i = 0; i < n; i++)
        rests_on(b, i, count_user, u);
    for (size_t i = 0; i < n; i++) {
        u->from[i + 1] += u->from[i];
        at[i + 1] = u->from[i + 1];
    }
    u->list = arena_array(b->a, u->from[n] + (size_t)1, sizeof *u->list);
    if (!u->list)
        return err_memory(b->e);
    for (uint32_t i = 0; i < n; i++)
        rests_on(b, i, add_user, &(struct adding){ u, i, at });
    return 0;
}

/* Fill in c->truth. */
static int spread(struct check *c)
{
    size_t n = c->b->n_nodes;
    c->truth = arena_array(c->b->a, n, sizeof *c->truth);
    if (!c->truth)
        return err_memory(c->b->e);
    c->u.n_todo = 0;
    for (uint32_t i = 0; i < n; i++)
        if (is_true(c, i)) {
            c->truth[i] = true;
            c->u.todo[c->u.n_todo++] = i;
        }
    while (c->u.n_todo) {
        uint32_t now = c->u.todo[--c->u.n_todo];
        for (uint32_t i = c->u.from[now]; i < c->u.from[now + 1]; i++) {
            uint32_t user = c->u.list[i];
            if (!c->truth[user] && is_true(c, user)) {
                c->truth[user] = true;
                c->u.todo[c->u.n_todo++] = user;
            }
        }
    }
    return 0;
}

/* ---- left recursion: Tarjan's strongly connected components, with a stack of our own ---- */

/* The i-th step from x that takes no byte; UINT32_MAX behind the last. *pushes: it leaves a frame. */
static uint32_t step_of(const struct gram_build *b, uint32_t node, uint32_t i, bool *pushes)
{
    const struct gram_node *x = &b->nodes[node];
    *pushes = false;
    switch (x->kind) {
    case GRAM_ALT:
        return i < x->n ? b->list[x->first + i] : UINT32_MAX;
    case GRAM_CALL:
        if (i == 0) {
            *pushes = true;
            return b->rules[x->first].start;
        }
        return i == 1 && b->nodes[b->rules[x->first].start].nullable ? x->next : UINT32_MAX;
    case GRAM_REPEAT:
        if (i == 0) {
            *pushes = true;
            return x->first;
        }
        return i == 1 && (x->min == 0 || b->nodes[x->first].nullable) ? x->next : UINT32_MAX;
    default:
        return UINT32_MAX;
    }
}

struct visit { uint32_t node, i; };
struct scc { uint32_t *index, *low, *stack, *part; struct visit *path; size_t n_stack, n_path; uint32_t n_seen, n_parts; };

static void enter(struct scc *s, uint32_t node)
{
    s->index[node] = s->low[node] = ++s->n_seen;
    s->stack[s->n_stack++] = node;
    s->path[s->n_path++] = (struct visit){ node, 0 };
}

static void leave(struct scc *s, uint32_t node)
{
    if (s->low[node] == s->index[node]) {
        s->n_parts++;
        uint32_t x;
        do {
            x = s->stack[--s->n_stack];
            s->part[x] = s->n_parts;
        } while (x != node);
    }
    if (--s->n_path) {
        uint32_t up = s->path[s->n_path - 1].node;
        if (s->low[node] < s->low[up])
            s->low[up] = s->low[node];
    }
}

static void components(const struct gram_build *b, struct scc *s)
{
    bool pushes;
    for (uint32_t root = 0; root < b->n_nodes; root++) {
        if (s->index[root])
            continue;
        enter(s, root);
        while (s->n_path) {
            struct visit *v = &s->path[s->n_path - 1];
            uint32_t node = v->node, to = step_of(b, node, v->i++, &pushes);
            if (to == UINT32_MAX)
                leave(s, node);
            else if (!s->index[to])
                enter(s, to);
            else if (!s->part[to] && s->index[to] < s->low[node])
                s->low[node] = s->index[to];
        }
    }
}

static int left_recursion(struct gram_build *b)
{
    size_t n = b->n_nodes;
    struct scc s = {
        .index = arena_array(b->a, n, sizeof *s.index), .low = arena_array(b->a, n, sizeof *s.low),
        .stack = arena_array(b->a, n, sizeof *s.stack), .part = arena_array(b->a, n, sizeof *s.part),
        .path = arena_array(b->a, n, sizeof *s.path),
    };
    if (!s.index || !s.low || !s.stack || !s.part || !s.path)
        return err_memory(b->e);
    components(b, &s);
    for (uint32_t i = 0; i < n; i++) {
        bool pushes;
        uint32_t to = step_of(b, i, 0, &pushes);
        if (!pushes || s.part[to] != s.part[i] || b->nodes[i].dead)
            continue;
        const struct gram_rule *r = b->nodes[i].kind == GRAM_CALL ? &b->rules[b->nodes[i].first] : NULL;
        (void)err_set(b->e, ERR_FORMAT, r ? r->at : 0, "rule '%.*s' begins with itself",
                      SPAN_ARG(r ? r->name : span_str("(group)")));
        (void)err_hint(b->e, "write `x ::= y tail*` instead of `x ::= x tail | y`");
        return ERR_FORMAT;
    }
    return 0;
}

int gram_check(struct gram_build *b, uint32_t start)
{
    struct check c = { .b = b };
    int rc = make_users(b, &c.u);
    if (rc || (rc = spread(&c)))
        return rc;
    for (size_t i = 0; i < b->n_nodes; i++)
        b->nodes[i].dead = !c.truth[i];
    if (b->nodes[start].dead)
        return err_plain(b->e, ERR_FORMAT, "no text at all can satisfy this grammar");
    c.nullable = true;
    if ((rc = spread(&c)))
        return rc;
    for (size_t i = 0; i < b->n_nodes; i++)
        b->nodes[i].nullable = c.truth[i];
    return left_recursion(b);
}
