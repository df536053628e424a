// SPDX-License-Identifier: Apache-2.0
/* Formats that are recognised, and not parsed: the report names them, and does not call them clean.
 *
 * A picture called model.pt is told as a wrong content: its loader would fail, or a reader be led astray. Marks that a
 * pickle could begin with too are weaker than a pickle that runs to its end, or names something (scan_pickle.c). */
#include "scan/scan.h"

enum kind_of { DATA, MODEL, POINTER };      /* a model may be called .bin; a pointer stands for a file elsewhere */

struct kind {
    uint8_t at, n;
    char magic[20];
    enum kind_of kind;
    const char *what;
    const char *ends;                       /* parted by blanks: only a file that is called so; "" any */
};

static const struct kind kinds[] = {
    { 0, 8, "\x89PNG\r\n\x1a\n", DATA, "a PNG picture", "" },
    { 0, 3, "\xff\xd8\xff", DATA, "a JPEG picture", "" },
    { 0, 6, "GIF87a", DATA, "a GIF picture", "" },
    { 0, 6, "GIF89a", DATA, "a GIF picture", "" },
    { 8, 4, "WEBP", DATA, "a WebP picture", "" },
    { 0, 4, "II*\0", DATA, "a TIFF picture", "" },
    { 0, 4, "MM\0*", DATA, "a TIFF picture", "" },
    { 0, 2, "BM", DATA, "a BMP picture", ".bmp" },
    { 0, 4, "\0\0\1\0", DATA, "an icon", ".ico" },
    { 8, 4, "WAVE", DATA, "WAVE sound", "" },
    { 8, 4, "AVI ", DATA, "an AVI video", "" },
    { 0, 4, "OggS", DATA, "Ogg sound or video", "" },
    { 0, 4, "fLaC", DATA, "FLAC sound", "" },
    { 0, 3, "ID3", DATA, "MP3 sound", ".mp3" },
    { 0, 2, "\xff\xfb", DATA, "MP3 sound", ".mp3" },
    { 0, 4, "\x1a\x45\xdf\xa3", DATA, "a Matroska or WebM video", "" },
    { 4, 4, "ftyp", DATA, "an MP4 video or HEIF picture", "" },
    { 0, 4, "wOFF", DATA, "a font", "" },
    { 0, 4, "wOF2", DATA, "a font", "" },
    { 0, 4, "OTTO", DATA, "a font", "" },
    { 0, 5, "\0\1\0\0\0", DATA, "a font", ".ttf" },
    { 0, 5, "%PDF-", DATA, "a PDF document, which may hold scripts", "" },
    { 0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", DATA, "an old Office document or installer, which may hold macros", "" },
    { 0, 5, "{\\rtf", DATA, "an RTF document, which may hold objects", "" },
    { 0, 16, "SQLite format 3", DATA, "an SQLite database", "" },
    { 0, 4, "PAR1", DATA, "a Parquet table", "" },
    { 0, 4, "PARE", DATA, "an encrypted Parquet table", "" },
    { 0, 6, "ARROW1", DATA, "an Arrow or Feather table", "" },
    { 0, 4, "FEA1", DATA, "a Feather table", "" },
    { 0, 3, "ORC", DATA, "an ORC table", ".orc" },
    { 0, 4, "Obj\1", DATA, "an Avro table", "" },
    { 0, 7, "RDX2\nX\n", MODEL, "data of R, which may hold code that its loader runs", "" },
    { 0, 7, "RDX3\nX\n", MODEL, "data of R, which may hold code that its loader runs", "" },
    { 0, 5, "RDA2\n", MODEL, "data of R, which may hold code that its loader runs", "" },
    { 0, 5, "RDA3\n", MODEL, "data of R, which may hold code that its loader runs", "" },
    { 0, 5, "X\n\0\0\0", MODEL, "an object of R, which may hold code that its loader runs", "" },
    { 0, 4, "A\n2\n", MODEL, "an object of R, which may hold code that its loader runs", "" },
    { 0, 4, "A\n3\n", MODEL, "an object of R, which may hold code that its loader runs", "" },
    { 0, 4, "CBM1", MODEL, "a CatBoost model", "" },
    { 0, 4, "binf", MODEL, "an XGBoost model of the old binary format", "" },
    { 0, 3, "{L\0", MODEL, "an XGBoost model as UBJSON", "" },
    { 0, 2, "{i", MODEL, "an XGBoost model as UBJSON", ".ubj" },
    { 0, 2, "{$", MODEL, "an XGBoost model as UBJSON", ".ubj" },
    { 0, 4, "RKNN", MODEL, "an RKNN model for a neural processor", "" },
    { 0, 4, "ptrt", MODEL, "a TensorRT engine, which its loader trusts", "" },
    { 0, 4, "ftrt", MODEL, "a TensorRT engine, which its loader trusts", "" },
    { 0, 15, "\4\0\0\0\1\0\0\0\3\0\0\0V 1", MODEL, "a Torch7 file, which may hold compiled Lua", "" },
    { 0, 11, "4\n1\n3\nV 1\n", MODEL, "a Torch7 file, which may hold compiled Lua", "" },
    { 0, 8, "B\0C\0N\0\0\0", MODEL, "a CNTK model", "" },
    { 0, 16, "\x12\1\0\0\0\0\0\0\0\0\0\0\0\0\0", MODEL, "parameters of MXNet", "" },
    { 0, 4, "ML\xefR", MODEL, "bytecode of MLIR", "" },
    { 4, 4, "ET12", MODEL, "an ExecuTorch program", "" },
    { 0, 1, "\n", MODEL, "a model of Paddle", ".pdmodel" },
    { 0, 1, "\n", MODEL, "a model of Caffe", ".caffemodel" },
    { 0, 8, "\0\0\0\0\0\0\0", MODEL, "parameters of Paddle", ".pdiparams" },
    { 0, 0, "", MODEL, "a model of MNN", ".mnn" },
    { 0, 0, "", DATA, "MessagePack, as flax writes it", ".msgpack" },
    { 0, 7, "version", POINTER, "", "" },
};

/* A pointer has three lines, and no file that is read here begins with the first. */
static const char lfs[] = "version https://git-lfs.github.com/spec/v1\n";

static bool fits(const struct kind *k, const struct scan_node *n)
{
    if (k->kind == POINTER)
        return span_starts(n->in, lfs) && n->in.n < 1024;
    if (k->at == 8 && !span_starts(n->in, "RIFF"))
        return false;
    return n->in.n > k->at && span_eq(span_sub(n->in, k->at, k->n), span_of(k->magic, k->n)) &&
           (!k->ends[0] || scan_called(n, k->ends));
}

static const struct kind *kind_of(const struct scan_node *n)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (fits(&kinds[i], n))
            return &kinds[i];
    return NULL;
}

static unsigned sniff(const struct scan_node *n)
{
    return kind_of(n) ? 50 : 0;
}

bool scan_called_model(const struct scan_node *n)
{
    static const char claims[] = ".pt .pth .ckpt .pkl .pickle .p .joblib .safetensors .gguf .ggml .onnx .h5 .hdf5 .keras "
                                 ".npy .npz .pb .tflite .skops .zip .tar";
    return scan_called(n, claims);
}

static int run(struct scan *s, const struct scan_node *n, struct err *e)
{
    const struct kind *k = kind_of(n);
    if (!k)
        return scan_find(s, n, RULE_UNKNOWN_FORMAT, 0, e, "no reader knows these bytes");
    if (k->kind == POINTER)
        return scan_find(s, n, RULE_WRONG_CONTENT, 0, e, "a pointer of Git LFS: the file that it stands for is not here");
    if (scan_called_model(n) || (k->kind == DATA && scan_called(n, ".bin")))
        return scan_find(s, n, RULE_WRONG_CONTENT, 0, e, "called \"%.80s\", but it is %s", n->name, k->what);
    return scan_find(s, n, RULE_NOT_PARSED, 0, e, "%s", k->what);
}

const struct scan_format scan_known = { .name = "known", .sniff = sniff, .run = run };
