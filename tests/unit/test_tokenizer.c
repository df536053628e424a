// SPDX-License-Identifier: Apache-2.0
/* Small tokenizers by hand; ids are told as "1 2 3", or as the error's name and message. */
#include "base/buf.h"
#include "tests/support/check.h"
#include "tests/support/faults.h"
#include "text/tokenizer.h"

#define SPLIT_BYTES "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":true}," \
                    "\"decoder\":{\"type\":\"ByteLevel\"}"
#define ADDED(id, text, special, more) "{\"id\":" #id ",\"content\":\"" text "\",\"special\":" special ",\"single_word\":false," \
    "\"lstrip\":false,\"rstrip\":false,\"normalized\":false" more "}"

/* h0 e1 l2 o3 space4 he5 ll6 llo7 hello8 w9; special 10, user 11 */
static const char bpe[] =
    "{\"added_tokens\":[" ADDED(10, "<|end|>", "true", "") "," ADDED(11, "<tool>", "false", "") "],"
    "\"model\":{\"type\":\"BPE\",\"vocab\":{\"h\":0,\"e\":1,\"l\":2,\"o\":3,\"\xc4\xa0\":4,\"he\":5,\"ll\":6,\"llo\":7,"
    "\"hello\":8,\"w\":9},\"merges\":[\"h e\",\"l l\",\"ll o\",\"he llo\"]}," SPLIT_BYTES "}";

/* SentencePiece-like: <unk> and bytes; the byte of 'x' alone */
static const char spm[] =
    "{\"added_tokens\":[" ADDED(0, "<unk>", "true", "") "],"
    "\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Prepend\",\"prepend\":\"\xe2\x96\x81\"},"
    "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"\xe2\x96\x81\"}]},"
    "\"decoder\":{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\",\"pattern\":{\"String\":\"\xe2\x96\x81\"},"
    "\"content\":\" \"},{\"type\":\"ByteFallback\"},{\"type\":\"Fuse\"},"
    "{\"type\":\"Strip\",\"content\":\" \",\"start\":1,\"stop\":0}]},"
    "\"model\":{\"type\":\"BPE\",\"unk_token\":\"<unk>\",\"fuse_unk\":true,\"byte_fallback\":true,\"vocab\":{\"<unk>\":0,"
    "\"<0x78>\":1,\"\xe2\x96\x81\":2,\"a\":3,\"b\":4,\"\xe2\x96\x81" "a\":5,\"ab\":6},"
    "\"merges\":[[\"\xe2\x96\x81\",\"a\"],[\"a\",\"b\"]]}}";

static const char unigram[] =
    "{\"model\":{\"type\":\"Unigram\",\"unk_id\":0,\"vocab\":[[\"<unk>\",0],[\"\xe2\x96\x81\",-3],[\"a\",-2],[\"b\",-2],"
    "[\"ab\",-3],[\"\xe2\x96\x81" "ab\",-5],[\"abab\",-7]]},"
    "\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"\xe2\x96\x81\",\"prepend_scheme\":\"always\"},"
    "\"decoder\":{\"type\":\"Metaspace\",\"replacement\":\"\xe2\x96\x81\",\"prepend_scheme\":\"always\"}}";

static const char wordpiece[] =
    "{\"added_tokens\":[" ADDED(1, "[CLS]", "true", "") "," ADDED(2, "[SEP]", "true", "") "],"
    "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":\"##\","
    "\"max_input_chars_per_word\":8,\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2,\"un\":3,\"##aff\":4,\"##able\":5,"
    "\"unaff\":6,\".\":7,\"e\":8,\"##x\":9}},\"normalizer\":{\"type\":\"BertNormalizer\"},"
    "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},\"decoder\":{\"type\":\"WordPiece\",\"prefix\":\"##\",\"cleanup\":true},"
    "\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"[SEP]\",2],\"cls\":[\"[CLS]\",1]}}";

static const char *tell(const char *json, const struct tok_segment *s, size_t n, bool ends, bool decoded)
{
    static char out[2048];
    struct arena a;
    struct buf b;
    struct err e = { 0 };
    struct tokenizer *t;
    struct tok_work *w = NULL;
    struct tok_ids ids = { NULL, 0 };
    arena_init(&a, 64u << 20);
    buf_init(&b, sizeof out - 1);
    int rc = tok_new_json(span_str(json), SPAN_NONE, &a, &t, &e);
    if (!rc)
        rc = tok_work_new(&w, &e);
    if (!rc)
        rc = tok_encode(t, s, n, ends, w, &ids, &e);
    if (rc)
        buf_fmt(&b, "%s: %s", err_name(rc), e.msg);
    struct tok_stream st;
    if (!rc && decoded)
        tok_stream_begin(&st, t, true);
    for (size_t i = 0; i < ids.n; i++)
        if (decoded)
            tok_stream_add(&st, ids.p[i], &b);
        else
            buf_fmt(&b, "%s%u", i ? " " : "", ids.p[i]);
    (void)snprintf(out, sizeof out, "%s", buf_text(&b));
    tok_work_free(w);
    buf_fini(&b);
    arena_fini(&a);
    return out;
}

static const char *ids_of(const char *json, const char *text)
{
    return tell(json, &(struct tok_segment){ span_str(text), true }, 1, false, false);
}

static const char *back(const char *json, const char *text)
{
    return tell(json, &(struct tok_segment){ span_str(text), true }, 1, false, true);
}

TEST(byte_pairs_merge_by_rank)
{
    STR(ids_of(bpe, "hello"), "8");
    STR(ids_of(bpe, "hello hello"), "8 4 8");
    STR(ids_of(bpe, "helllo"), "5 6 2 3");
    STR(ids_of(bpe, ""), "");
    STR(ids_of(bpe, "whe"), "9 5");
    STR(ids_of(bpe, "hezo"), "5 3");            /* a byte that is no token is dropped, as in the reference */
    STR(back(bpe, "hello whole"), "hello whole");
}

TEST(special_tokens_need_trust)
{
    struct tok_segment user = { span_str("<|end|>"), false }, ours = { span_str("<|end|>"), true };
    STR(tell(bpe, &ours, 1, false, false), "10");
    STR(tell(bpe, &user, 1, false, false), "1");                       /* 'e' of the letters that are tokens */
    STR(tell(bpe, &(struct tok_segment){ span_str("<tool>"), false }, 1, false, false), "11");
    struct tok_segment split[] = { { span_str("<|e"), false }, { span_str("nd|>"), true } };
    STR(tell(bpe, split, 2, false, false), "1");                       /* not across the border */
    struct tok_segment chat[] = { ours, { span_str("he"), false }, { span_str("llo"), true }, ours };
    STR(tell(bpe, chat, 4, false, false), "10 8 10");                  /* but text is one text */
    struct tok_segment eats[] = { { span_str("<to"), false }, { span_str("ol><|end|>"), true } };
    STR(tell(bpe, eats, 2, false, false), "3 3 2 10");
}

TEST(sentencepiece_pairs_fall_back_to_bytes)
{
    STR(ids_of(spm, "ab"), "5 4");
    STR(ids_of(spm, "a ab"), "5 5 4");
    STR(ids_of(spm, "x"), "2 1");
    STR(ids_of(spm, "yz"), "2 0");              /* no byte token: unknown, fused */
    STR(ids_of(spm, "a<unk>b"), "5 0 2 4");     /* a prefix after each special token */
    STR(back(spm, "a abx"), "a abx");
}

TEST(unigram_takes_the_likeliest_path)
{
    STR(ids_of(unigram, "ab"), "5");
    STR(ids_of(unigram, "abab"), "5 4");
    STR(ids_of(unigram, "zzab"), "1 0 4");
    STR(ids_of(unigram, "<unk>"), "1 0");       /* it is no added token here: letters, all unknown */
}

TEST(wordpiece_takes_the_longest_piece)
{
    STR(ids_of(wordpiece, "Unaffable."), "0 7");                       /* 9 characters: too long */
    STR(ids_of(wordpiece, "unable"), "3 5");
    STR(ids_of(wordpiece, "UN unaff \xc3\xa9."), "3 6 8 7");
    STR(ids_of(wordpiece, "unz"), "0");
    STR(tell(wordpiece, &(struct tok_segment){ span_str("un"), true }, 1, true, false), "1 3 2");
    STR(back(wordpiece, "unable e ."), "unable e.");
}

TEST(invalid_bytes_are_one_replacement_each)
{
    /* "\xEF\xBF\xBD" is no token here: bytes drop out in the byte-level one, one unknown each in SentencePiece's */
    STR(ids_of(spm, "a\xff" "b"), "5 0 4");
    STR(ids_of(spm, "a\xf0\x9f\x98" "b"), "5 0 4");
    STR(ids_of(bpe, "h\xe2\x82" "e"), "0 1");
}

static const char *bad(const char *json)
{
    return ids_of(json, "a");
}

#define MODEL(vocab, merges) "{\"model\":{\"type\":\"BPE\",\"vocab\":{" vocab "},\"merges\":[" merges "]}"

TEST(what_is_not_known_is_named)
{
    STR(bad("{\"model\":{\"type\":\"WordLevel\",\"vocab\":{}}}"), "ERR_FORMAT: model 'WordLevel' is not supported");
    STR(bad("{}"), "ERR_FORMAT: there is no model");
    STR(bad(MODEL("\"a\":0", "") ",\"normalizer\":{\"type\":\"Rot13\"}}"), "ERR_FORMAT: normalizer 'Rot13' is not supported");
    STR(bad(MODEL("\"a\":0", "") ",\"pre_tokenizer\":{\"type\":\"X\"}}"), "ERR_FORMAT: pre-tokenizer 'X' is not supported");
    STR(bad(MODEL("\"a\":0", "") ",\"decoder\":{\"type\":\"CTC\"}}"), "ERR_FORMAT: decoder 'CTC' is not supported");
    STR(bad(MODEL("\"a\":0", "") ",\"post_processor\":{\"type\":\"X\"}}"), "ERR_FORMAT: post-processor 'X' is not known");
    STR(bad(MODEL("\"a\":0", "") ",\"surprise\":1}"), "ERR_FORMAT: tokenizer.json has a key 'surprise' that is not known");
    STR(bad(MODEL("\"a\":0,\"b\":0", "") "}"), "ERR_FORMAT: two tokens have the id 0");
    STR(bad(MODEL("\"a\":-1", "") "}"), "ERR_FORMAT: a token's id is not a number below 4194304");
    STR(bad(MODEL("\"a\":99999999", "") "}"), "ERR_FORMAT: a token's id is not a number below 4194304");
    STR(bad(MODEL("\"a\":0", "\"a b\"") "}"), "ERR_FORMAT: merge 0 needs 'b', which is no token");
    STR(bad(MODEL("\"a\":0", "\"a a\"") "}"), "ERR_FORMAT: merge 0 needs 'aa', which is no token");
    STR(bad(MODEL("\"a\":0", "\"a\"") "}"), "ERR_FORMAT: a merge is not two texts");
    STR(bad(MODEL("\"a\":0", "") ",\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}}"),
        "ERR_FORMAT: regular expression '(': missing closing parenthesis");
    STR(bad(MODEL("\"a\":0", "") ",\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\h\"},\"behavior\":\"Isolated\"}}"),
        "ERR_FORMAT: regular expression '': '\\h' is not supported");
}

/* A regular expression that tries for ever is stopped. */
TEST(a_slow_expression_ends)
{
    static char text[4000];
    memset(text, 'a', sizeof text - 1);
    const char *json = MODEL("\"a\":0", "") ",\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(a+)+[bc]\"},"
                                            "\"behavior\":\"Isolated\"}}";
    STR(ids_of(json, text), "ERR_LIMIT: a regular expression of the tokenizer takes too long on this text");
}

/* Megabytes of one thing: no time that grows with the square. A failure shows as a timeout. */
TEST(long_runs_are_linear)
{
    static const char *const parts[] = { "a", " ", "\xcc\x81", "l", "\n", "<", "1", "\xe2\x96\x81" };
    static const char *const all[] = { bpe, spm, unigram, wordpiece };
    struct arena a;
    struct buf b;
    struct tok_work *w;
    buf_init(&b, 8u << 20);
    EQ(tok_work_new(&w, NULL), 0);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct tokenizer *t;
        struct tok_ids ids;
        arena_init(&a, 64u << 20);
        EQ(tok_new_json(span_str(all[i]), SPAN_NONE, &a, &t, NULL), 0);
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
            buf_reset(&b);
            while (b.n < 1u << 20)
                buf_str(&b, parts[k]);
            EQ(tok_encode(t, &(struct tok_segment){ buf_view(&b), true }, 1, true, w, &ids, NULL), 0);
        }
        arena_fini(&a);
    }
    tok_work_free(w);
    buf_fini(&b);
}

TEST(a_stream_never_splits_a_character)
{
    struct arena a;
    struct buf b;
    struct tokenizer *t;
    struct tok_stream s;
    const char *json = MODEL("\"\xc3\xa2\":0,\"\xc4\xa4\":1,\"\xc2\xac\":2,\"a\":3", "") "," SPLIT_BYTES "}";  /* E2 82 AC */
    arena_init(&a, 64u << 20);
    buf_init(&b, 64);
    EQ(tok_new_json(span_str(json), SPAN_NONE, &a, &t, NULL), 0);
    tok_stream_begin(&s, t, false);
    tok_stream_add(&s, 0, &b);
    tok_stream_add(&s, 1, &b);
    STR(buf_text(&b), "");
    tok_stream_add(&s, 2, &b);
    STR(buf_text(&b), "\xe2\x82\xac");
    tok_stream_add(&s, 0, &b);
    tok_stream_add(&s, 3, &b);
    STR(buf_text(&b), "\xe2\x82\xac\xef\xbf\xbd" "a");
    tok_stream_add(&s, 0, &b);
    tok_stream_add(&s, 99, &b);
    tok_stream_end(&s, &b);
    STR(buf_text(&b), "\xe2\x82\xac\xef\xbf\xbd" "a\xef\xbf\xbd");
    buf_fini(&b);
    arena_fini(&a);
}

static int whole(const char *json, struct err *e)
{
    struct arena a;
    struct tokenizer *t;
    struct tok_work *w = NULL;
    struct tok_ids ids;
    struct tok_segment s[] = { { span_str("a\xcc\x81 hello \xff unaff"), true }, { span_str("<tool>"), false } };
    arena_init(&a, 64u << 20);
    int rc = tok_new_json(span_str(json), SPAN_NONE, &a, &t, e);
    if (!rc)
        rc = tok_work_new(&w, e);
    if (!rc)
        rc = tok_encode(t, s, 2, true, w, &ids, e);
    tok_work_free(w);
    arena_fini(&a);
    return rc;
}

TEST(every_allocation_may_fail)
{
    static const char regex[] = MODEL("\"a\":0", "") ",\"normalizer\":{\"type\":\"NFC\"},\"pre_tokenizer\":{\"type\":\"Split\","
        "\"pattern\":{\"Regex\":\"a(?=b)\"},\"behavior\":\"Removed\"}}";
    static const char *const all[] = { bpe, spm, unigram, wordpiece, regex };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (size_t n = 1;; n++) {
            struct err e = { 0 };
            fault_alloc_at(n);
            int rc = whole(all[i], &e);
            bool hit = fault_alloc_hit();
            fault_alloc_at(0);
            EQ(rc, hit ? ERR_MEMORY : 0);
            EQ(e.code, rc);
            if (!hit)
                break;
        }
}

int main(void)
{
    return RUN(CASE(byte_pairs_merge_by_rank), CASE(special_tokens_need_trust), CASE(sentencepiece_pairs_fall_back_to_bytes),
               CASE(unigram_takes_the_likeliest_path), CASE(wordpiece_takes_the_longest_piece),
               CASE(invalid_bytes_are_one_replacement_each), CASE(what_is_not_known_is_named), CASE(a_slow_expression_ends),
               CASE(long_runs_are_linear), CASE(a_stream_never_splits_a_character), CASE(every_allocation_may_fail));
}
