#include "ingest/serve/manifest.h"

#include <assert.h>
#include <xxhash.h>

#include "engine/unpack.h"

enum { CHECKSUM_BYTES = 16, PAIRS = 9, WORST_HEAD_BYTES = 512 };

static char *put_key(char *at, const char *key) {
  return sift_put_str(at, sift_span_of(key));
}

static char *put_hash(char *at, uint64_t low, uint64_t high) {
  return sift_put_big(sift_put_big(sift_put_bin_head(at, CHECKSUM_BYTES), high, 8), low, 8);
}

static char *put_blob(char *at, const char *key, struct sift_span bytes) {
  return sift_put_bytes(sift_put_bin_head(put_key(at, key), bytes.len), bytes);
}

enum sift_status sift_manifest_write(const struct sift_manifest *manifest, struct sift_pack *out) {
  assert(manifest->position_count <= SIFT_CHECKPOINT_LOOPS_MAX);
  size_t head = WORST_HEAD_BYTES + manifest->position_count * 3 * SIFT_PACK_MAX;
  if (manifest->chunk_ids.len > SIFT_MANIFEST_BYTES_MAX - head ||
      manifest->extra.len > SIFT_MANIFEST_BYTES_MAX - head - manifest->chunk_ids.len) {
    return SIFT_ELIMIT;
  }
  char *begin = sift_pack_reserve(out, head + manifest->chunk_ids.len + manifest->extra.len);
  if (begin == NULL) {
    return SIFT_ENOMEM;
  }
  char *at = put_key(put_key(sift_put_map(begin, PAIRS), "spacesift"), "checkpoint");
  at = sift_put_unsigned(put_key(at, "v"), SIFT_CHECKPOINT_VERSION);
  at = sift_put_unsigned(put_key(at, "number"), manifest->number);
  at = sift_put_unsigned(put_key(at, "journal"), manifest->journal_seq);
  at = sift_put_array(put_key(at, "loops"), (uint32_t)manifest->position_count);
  for (size_t i = 0; i < manifest->position_count; i++) {
    at = sift_put_unsigned(sift_put_array(at, 2), manifest->positions[i].loop);
    at = sift_put_unsigned(at, manifest->positions[i].loop_seq);
  }
  at = sift_put_unsigned(sift_put_array(put_key(at, "state"), 2), manifest->state_bytes);
  at = put_hash(at, manifest->state_hash[0], manifest->state_hash[1]);
  at = put_blob(at, "chunks", manifest->chunk_ids);
  at = put_blob(at, "extra", manifest->extra);
  at = sift_put_bin_head(put_key(at, "checksum"), CHECKSUM_BYTES);
  XXH128_hash_t hash = XXH3_128bits(begin, (size_t)(at - begin));
  sift_pack_commit(out, sift_put_big(sift_put_big(at, hash.high64, 8), hash.low64, 8));
  return SIFT_OK;
}

/* --- reading ----------------------------------------------------------------------------------------------------------- */

static void take_hash(struct sift_cursor *cursor, uint64_t hash[2]) {
  struct sift_span bytes = sift_take_text(cursor, CHECKSUM_BYTES);
  uint64_t halves[2] = {0};
  sift_cursor_expect(cursor, cursor->fault != SIFT_FAULT_NONE || bytes.len == CHECKSUM_BYTES);
  if (cursor->fault == SIFT_FAULT_NONE) {
    memcpy(halves, bytes.data, sizeof halves);
  }
  hash[0] = __builtin_bswap64(halves[1]);
  hash[1] = __builtin_bswap64(halves[0]);
}

static void take_positions(struct sift_cursor *cursor, struct sift_manifest *out) {
  out->position_count = sift_take_array(cursor, SIFT_CHECKPOINT_LOOPS_MAX);
  for (size_t i = 0; i < out->position_count; i++) {
    struct sift_checkpoint_position *position = &out->positions[i];
    sift_cursor_expect(cursor, sift_take_array(cursor, 2) == 2);
    uint64_t loop = sift_take_unsigned(cursor);
    position->loop = (uint32_t)loop;
    position->loop_seq = sift_take_unsigned(cursor);
    sift_cursor_expect(cursor, loop <= UINT32_MAX && (i == 0 || loop > out->positions[i - 1].loop));
  }
}

static struct sift_span take_blob(struct sift_cursor *cursor, const char *key) {
  sift_take_key(cursor, key);
  return sift_take_text(cursor, SIFT_MANIFEST_BYTES_MAX);
}

static void take_body(struct sift_cursor *cursor, struct sift_manifest *out) {
  sift_take_key(cursor, "number");
  out->number = sift_take_unsigned(cursor);
  sift_take_key(cursor, "journal");
  out->journal_seq = sift_take_unsigned(cursor);
  sift_cursor_expect(cursor, out->number <= INT64_MAX && out->journal_seq < INT64_MAX);
  sift_take_key(cursor, "loops");
  take_positions(cursor, out);
  sift_take_key(cursor, "state");
  sift_cursor_expect(cursor, sift_take_array(cursor, 2) == 2);
  out->state_bytes = sift_take_unsigned(cursor);
  take_hash(cursor, out->state_hash);
  out->chunk_ids = take_blob(cursor, "chunks");
  out->extra = take_blob(cursor, "extra");
  sift_take_key(cursor, "checksum");
}

static enum sift_status status_of(const struct sift_cursor *cursor) {
  return cursor->fault == SIFT_FAULT_SHORT ? SIFT_ETRUNCATED : SIFT_ECORRUPT;
}

enum sift_status sift_manifest_read(struct sift_manifest *out, struct sift_span bytes) {
  struct sift_cursor cursor = sift_cursor(bytes);
  uint64_t hash[2];
  memset(out, 0, sizeof *out);
  uint32_t pairs = sift_take_map(&cursor, UINT16_MAX);
  sift_take_key(&cursor, "spacesift");
  sift_take_key(&cursor, "checkpoint");
  sift_take_key(&cursor, "v");
  uint64_t version = sift_take_unsigned(&cursor);
  if (cursor.fault != SIFT_FAULT_NONE) {
    return cursor.fault == SIFT_FAULT_SHORT ? SIFT_ETRUNCATED : SIFT_EFORMAT;
  }
  if (version != SIFT_CHECKPOINT_VERSION) {
    return SIFT_EVERSION;
  }
  take_body(&cursor, out);
  if (cursor.fault != SIFT_FAULT_NONE || pairs != PAIRS) {
    return status_of(&cursor);
  }
  size_t hashed = (size_t)(cursor.at - bytes.data) + 2; /* the head of the checksum is within */
  take_hash(&cursor, hash);
  if (cursor.fault != SIFT_FAULT_NONE) {
    return status_of(&cursor);
  }
  XXH128_hash_t sum = XXH3_128bits(bytes.data, hashed);
  return cursor.at == cursor.end && sum.low64 == hash[0] && sum.high64 == hash[1] ? SIFT_OK : SIFT_ECORRUPT;
}
