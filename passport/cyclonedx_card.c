// SPDX-License-Identifier: Apache-2.0
/* passport/cyclonedx_card.c - the model card in CycloneDX's terms, in the card's own words.
 *
 * A passage is quoted only where the judge of the card says that its topic is answered, or partly. What no
 * file says (the approach to learning, a family of architectures) is left out. */
#include "passport/cyclonedx_int.h"

/* What goes in and out, by the task that the card names. Source: the task pages of the hub that defines them. */
static const struct { const char *task, *in[2], *out; } formats[] = {
    { "audio-classification", { "audio" }, "label" },
    { "automatic-speech-recognition", { "audio" }, "text" },
    { "feature-extraction", { "text" }, "vector" },
    { "fill-mask", { "text" }, "text" },
    { "image-classification", { "image" }, "label" },
    { "image-text-to-text", { "image", "text" }, "text" },
    { "image-to-image", { "image" }, "image" },
    { "image-to-text", { "image" }, "text" },
    { "object-detection", { "image" }, "label" },
    { "question-answering", { "text" }, "text" },
    { "sentence-similarity", { "text" }, "vector" },
    { "summarization", { "text" }, "text" },
    { "text-classification", { "text" }, "label" },
    { "text-generation", { "text" }, "text" },
    { "text-ranking", { "text" }, "number" },
    { "text-to-audio", { "text" }, "audio" },
    { "text-to-image", { "text" }, "image" },
    { "text-to-speech", { "text" }, "audio" },
    { "text-to-video", { "text" }, "video" },
    { "text2text-generation", { "text" }, "text" },
    { "token-classification", { "text" }, "label" },
    { "translation", { "text" }, "text" },
};

static void put_formats(struct cdx *d, const char *task)
{
    struct json_out *j = &d->j;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (strcmp(formats[i].task, task) != 0)
            continue;
        json_open(j, "inputs", '[');
        for (size_t k = 0; k < 2 && formats[i].in[k]; k++) {
            json_open(j, NULL, '{');
            json_string(j, "format", formats[i].in[k]);
            json_close(j, '}');
        }
        json_close(j, ']');
        json_open(j, "outputs", '[');
        json_open(j, NULL, '{');
        json_string(j, "format", formats[i].out);
        json_close(j, '}');
        json_close(j, ']');
    }
}

static void put_parameters(struct cdx *d)
{
    const struct gather *g = &d->c->gather;
    struct json_out *j = &d->j;
    const char *task = bom_task(d->c);
    json_open(j, "modelParameters", '{');
    if (task[0])
        json_string(j, "task", task);
    if (g->architecture[0])
        json_string(j, "modelArchitecture", g->architecture);
    if (g->datasets.n) {
        json_open(j, "datasets", '[');
        for (size_t i = 0; i < g->datasets.n; i++) {
            const char *ref = arena_fmt(d->a, "dataset-%zu", i + 1);
            if (!ref)
                d->rc = err_memory(d->e);
            json_open(j, NULL, '{');
            json_string(j, "ref", ref);
            json_close(j, '}');
        }
        json_close(j, ']');
    }
    if (task[0])
        put_formats(d, task);
    json_close(j, '}');
}

static void put_metrics(struct cdx *d)
{
    struct bom_metrics m = { .n = 0 };
    struct json_out *j = &d->j;
    if (!d->rc)
        d->rc = bom_metrics(d->c, &m, d->e);
    if (!m.n)
        return;
    json_open(j, "quantitativeAnalysis", '{');
    json_open(j, "performanceMetrics", '[');
    for (size_t i = 0; i < m.n; i++) {
        json_open(j, NULL, '{');
        json_string(j, "type", m.items[i].type);
        json_string(j, "value", m.items[i].value);
        if (m.items[i].slice[0])
            json_string(j, "slice", m.items[i].slice);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

/* ---- considerations ------------------------------------------------------------------ */

/* Quote the passages of a topic that is answered, or partly, into a list that the first one opens under `key`.
 * `name`: each is an object with that one key. */
static void quote_topic(struct cdx *d, enum card_topic t, const char *key, const char *name, bool *open)
{
    const struct topic *topic = &d->c->topics.items[t];
    for (size_t i = 0; i < topic->n_evidence && bom_topic_said(d->c, t) && !d->rc; i++) {
        const char *quote = NULL;
        d->rc = bom_quote(d->c, topic->evidence[i], &quote, d->e);
        if (!quote)
            continue;
        if (!*open)
            json_open(&d->j, key, '[');
        *open = true;
        if (name)
            json_open(&d->j, NULL, '{');
        json_string(&d->j, name, quote);
        if (name)
            json_close(&d->j, '}');
    }
}

static void end_list(struct cdx *d, bool open)
{
    if (open)
        json_close(&d->j, ']');
}

static void quote_environment(struct cdx *d)
{
    const struct topic *topic = &d->c->topics.items[TOPIC_ENERGY];
    bool open = false;
    for (size_t i = 0; i < topic->n_evidence && bom_topic_said(d->c, TOPIC_ENERGY) && !d->rc; i++) {
        const char *quote = NULL;
        d->rc = bom_quote(d->c, topic->evidence[i], &quote, d->e);
        if (quote && !open)
            json_open(&d->j, "environmentalConsiderations", '{');
        open = open || quote;
        cdx_property(d, "assay:card.energy.quote", quote);
    }
    cdx_properties_end(d);
    if (open)
        json_close(&d->j, '}');
}

static void put_considerations(struct cdx *d)
{
    bool uses = false, limits = false, risks = false;
    json_open(&d->j, "considerations", '{');
    quote_topic(d, TOPIC_INTENDED_USE, "useCases", NULL, &uses);
    end_list(d, uses);
    quote_topic(d, TOPIC_OUT_OF_SCOPE, "technicalLimitations", NULL, &limits);
    quote_topic(d, TOPIC_LIMITATIONS, "technicalLimitations", NULL, &limits);
    end_list(d, limits);
    quote_topic(d, TOPIC_RISKS_BIAS, "ethicalConsiderations", "name", &risks);
    end_list(d, risks);
    quote_environment(d);
    json_close(&d->j, '}');
}

void cdx_model_card(struct cdx *d)
{
    json_open(&d->j, "modelCard", '{');
    put_parameters(d);
    put_metrics(d);
    put_considerations(d);
    json_close(&d->j, '}');
}
