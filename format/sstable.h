// SPDX-License-Identifier: Apache-2.0
/* format/sstable.h - a sorted table of keys and values, as LevelDB writes it and TensorFlow its checkpoints' indexes.
 *
 *     [ data block ][ data block ] ... [ metaindex block ][ index block ][ footer, 48 bytes ]
 *     block: entries, u32 LE restarts[n], u32 n │ u8 compression, u32 masked CRC-32C
 *     entry: varint shared, varint added, varint value_n, added bytes of the key, value
 *     footer: handles (varint offset, varint size) of metaindex and index, zeros, 57fb808b247547db LE
 *
 * Every block of the index is read, its checksum compared, its keys put together and held to be in order. Blocks must lie
 * one after another from byte 0: what no block claims is counted. Compressed blocks are refused: TensorFlow writes none.
 * Source: leveldb doc/table_format.md; tensorflow/core/lib/io/table*. */
#ifndef ASSAY_FORMAT_SSTABLE_H
#define ASSAY_FORMAT_SSTABLE_H
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { SST_KEY_MAX = 1 << 16, SST_FOOTER_BYTES = 48 };

struct sst_entry { struct span key, value; };       /* key: valid during the call; value: in the file */

/* Does the file end like one? */
bool sst_sniff(struct span in);

/* Tell each entry. unclaimed: bytes of the file that belong to no block. Fails: ERR_FORMAT with the byte, ERR_LIMIT a key
 * above SST_KEY_MAX, ERR_MEMORY, or what on_entry gave. */
int sst_walk(struct span in, struct arena *a, int (*on_entry)(void *ud, const struct sst_entry *x), void *ud,
             uint64_t *unclaimed, struct err *e);

#endif
