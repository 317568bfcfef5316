#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>
#include <zstd.h>

#include "ingest/serve/journal_segment.h"

/* All numbers little-endian, as zstd's own are. */
enum {
  SKIPPABLE_MAGIC = 0x184D2A5E,
  AT_MAGIC = 0,
  AT_SIZE = 4, /* of what follows, as zstd wants it */
  AT_VERSION = 8,
  AT_KIND = 10,
  AT_LOOP = 12,
  AT_SEQ = 16,
  AT_LOOP_SEQ = 24,
  AT_FRAME_BYTES = 32,
  AT_PAYLOAD_BYTES = 36,
  AT_FRAME_HASH = 40,
  AT_SEAL_HASH = 48, /* of all before it */
  NAME_DIGITS = 20,
};

static void put(char *at, uint64_t value, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    at[i] = (char)(unsigned char)(value >> (8 * i));
  }
}

static uint64_t take(const char *at, unsigned count) {
  uint64_t value = 0;
  for (unsigned i = 0; i < count; i++) {
    value |= (uint64_t)(unsigned char)at[i] << (8 * i);
  }
  return value;
}

void sift_seal_put(char *at, const struct sift_seal *seal) {
  put(at + AT_MAGIC, SKIPPABLE_MAGIC, 4);
  put(at + AT_SIZE, SIFT_SEAL_BYTES - AT_VERSION, 4);
  put(at + AT_VERSION, seal->version, 2);
  put(at + AT_KIND, seal->kind, 2);
  put(at + AT_LOOP, seal->loop, 4);
  put(at + AT_SEQ, seal->seq, 8);
  put(at + AT_LOOP_SEQ, seal->loop_seq, 8);
  put(at + AT_FRAME_BYTES, seal->frame_bytes, 4);
  put(at + AT_PAYLOAD_BYTES, seal->payload_bytes, 4);
  put(at + AT_FRAME_HASH, seal->frame_hash, 8);
  put(at + AT_SEAL_HASH, XXH3_64bits(at, AT_SEAL_HASH), 8);
}

bool sift_seal_take(struct sift_seal *seal, const char *bytes) {
  if (take(bytes + AT_MAGIC, 4) != SKIPPABLE_MAGIC || take(bytes + AT_SIZE, 4) != SIFT_SEAL_BYTES - AT_VERSION ||
      take(bytes + AT_SEAL_HASH, 8) != XXH3_64bits(bytes, AT_SEAL_HASH)) {
    return false;
  }
  seal->version = (uint16_t)take(bytes + AT_VERSION, 2);
  seal->kind = (uint16_t)take(bytes + AT_KIND, 2);
  seal->loop = (uint32_t)take(bytes + AT_LOOP, 4);
  seal->seq = take(bytes + AT_SEQ, 8);
  seal->loop_seq = take(bytes + AT_LOOP_SEQ, 8);
  seal->frame_bytes = (uint32_t)take(bytes + AT_FRAME_BYTES, 4);
  seal->payload_bytes = (uint32_t)take(bytes + AT_PAYLOAD_BYTES, 4);
  seal->frame_hash = take(bytes + AT_FRAME_HASH, 8);
  return seal->seq <= INT64_MAX && seal->payload_bytes <= SIFT_JOURNAL_ENTRY_BYTES_MAX &&
         seal->frame_bytes <= ZSTD_compressBound(seal->payload_bytes);
}

void sift_journal_name(char name[SIFT_JOURNAL_NAME_BYTES], uint64_t first_seq) {
  snprintf(name, SIFT_JOURNAL_NAME_BYTES, "journal-%020" PRIu64 ".zst", first_seq);
}

bool sift_journal_name_parse(const char *name, uint64_t *first_seq) {
  static const char prefix[] = "journal-";
  uint64_t value = 0;
  if (strncmp(name, prefix, sizeof prefix - 1) != 0) {
    return false;
  }
  const char *digits = name + sizeof prefix - 1;
  for (int i = 0; i < NAME_DIGITS; i++) {
    if (digits[i] < '0' || digits[i] > '9' || __builtin_mul_overflow(value, 10, &value) ||
        __builtin_add_overflow(value, (uint64_t)(digits[i] - '0'), &value)) {
      return false;
    }
  }
  *first_seq = value;
  return value > 0 && value <= INT64_MAX && strcmp(digits + NAME_DIGITS, ".zst") == 0;
}

const char *sift_segment_fault_text(enum sift_segment_fault fault) {
  switch (fault) {
  case SIFT_SEGMENT_WHOLE:
    return "whole";
  case SIFT_SEGMENT_TORN:
    return "the file stops within an entry";
  case SIFT_SEGMENT_FRAME:
    return "an entry differs from its seal";
  case SIFT_SEGMENT_JUNK:
    return "bytes that belong to no entry";
  case SIFT_SEGMENT_VERSION:
    return "an entry of another version of the format";
  }
  return "unknown";
}
