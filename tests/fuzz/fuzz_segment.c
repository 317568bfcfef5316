/* Any bytes are a segment: its items lie end to end over all of them, what is whole has the hash and the length that its seal
 * says, and the pieces in which the bytes come make no difference. Tried as they are, and with a whole entry in front and behind,
 * which must both be found. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "ingest/serve/journal_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

struct pieces {
  struct sift_span rest;
  size_t step;
};

static enum sift_status read_piece(void *context, char *buffer, size_t size, size_t *got) {
  struct pieces *pieces = context;
  *got = size < pieces->step ? size : pieces->step;
  *got = *got < pieces->rest.len ? *got : pieces->rest.len;
  if (*got > 0) {
    memcpy(buffer, pieces->rest.data, *got);
    pieces->rest = sift_span(pieces->rest.data + *got, pieces->rest.len - *got);
  }
  return SIFT_OK;
}

struct outcome {
  uint64_t items, whole, damaged_bytes, payload_bytes, ours;
};

static void look_at(struct sift_segment_reader *reader, const struct sift_segment_item *item, struct outcome *outcome) {
  struct sift_span payload;
  outcome->items++;
  if (item->fault != SIFT_SEGMENT_WHOLE) {
    outcome->damaged_bytes += item->bytes;
    return;
  }
  require(item->bytes == SIFT_SEAL_BYTES + item->frame.len && item->frame.len == item->seal.frame_bytes);
  require(XXH3_64bits(item->frame.data, item->frame.len) == item->seal.frame_hash);
  outcome->whole++;
  if (sift_segment_payload(reader, item, &payload) == SIFT_OK) {
    require(payload.len == item->seal.payload_bytes);
    outcome->payload_bytes += payload.len;
    outcome->ours += item->seal.loop == 4711 && sift_span_equal(payload, sift_span_of("ours"));
  }
}

static struct outcome read_all(const char *bytes, size_t size, size_t step) {
  struct pieces pieces = {sift_span(bytes, size), step};
  struct sift_segment_reader *reader = NULL;
  struct sift_segment_item item;
  struct outcome outcome = {0};
  enum sift_status status = SIFT_OK;
  uint64_t at = 0;
  require(sift_segment_reader_new(&reader, (struct sift_state_input){.read = read_piece, .context = &pieces}) == SIFT_OK);
  while ((status = sift_segment_next(reader, &item)) == SIFT_OK) {
    require(item.offset == at && item.bytes > 0);
    at += item.bytes;
    look_at(reader, &item, &outcome);
  }
  require(status == SIFT_END && at == size);
  sift_segment_reader_free(reader);
  return outcome;
}

static void compare(const char *bytes, size_t size, uint64_t ours) {
  struct outcome whole = read_all(bytes, size, SIZE_MAX);
  struct outcome pieces = read_all(bytes, size, 5);
  require(memcmp(&whole, &pieces, sizeof whole) == 0);
  require(whole.ours >= ours);
}

static struct sift_journal_block *make_ours(void) {
  struct sift_journal_packer *packer = NULL;
  struct sift_journal_block *block = NULL;
  struct sift_seal seal = {.kind = SIFT_SEAL_ENTRY, .loop = 4711};
  require(sift_journal_packer_new(&packer, 0) == SIFT_OK);
  require(sift_journal_pack(packer, sift_span_of("ours"), &seal, &block) == SIFT_OK);
  sift_journal_block_seal(block, &seal, 1);
  sift_journal_packer_free(packer);
  return block;
}

/* Whether a whole seal stands in the bytes: it may claim what follows them. */
static bool has_seal(const char *bytes, size_t size) {
  struct sift_seal seal;
  for (size_t at = 0; at + SIFT_SEAL_BYTES <= size; at++) {
    if (sift_seal_take(&seal, bytes + at)) {
      return true;
    }
  }
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sift_journal_block *ours;
  if (ours == NULL) {
    ours = make_ours();
  }
  char *bytes = malloc(size + 2 * ours->size);
  require(bytes != NULL);
  if (size > 0) {
    memcpy(bytes, data, size);
  }
  compare(bytes, size, 0);
  memcpy(bytes, ours->bytes, ours->size);
  if (size > 0) {
    memcpy(bytes + ours->size, data, size);
  }
  memcpy(bytes + ours->size + size, ours->bytes, ours->size);
  compare(bytes, size + 2 * ours->size, has_seal((const char *)data, size) ? 1 : 2);
  free(bytes);
  return 0;
}
