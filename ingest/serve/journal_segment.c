#include "ingest/serve/journal_segment.h"

#include <stdlib.h>
#include <xxhash.h>
#include <zstd.h>

#include "engine/feed.h"

struct sift_segment_reader {
  struct sift_feed feed;
  ZSTD_DCtx *zstd;
  char *payload;
  size_t payload_capacity;
};

enum sift_status sift_segment_reader_new(struct sift_segment_reader **out, struct sift_state_input input) {
  *out = NULL;
  struct sift_segment_reader *reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    return SIFT_ENOMEM;
  }
  reader->zstd = ZSTD_createDCtx();
  if (reader->zstd == NULL ||
      sift_feed_init(&reader->feed, input, SIFT_SEAL_BYTES + ZSTD_compressBound(SIFT_JOURNAL_ENTRY_BYTES_MAX)) != SIFT_OK) {
    sift_segment_reader_free(reader);
    return SIFT_ENOMEM;
  }
  *out = reader;
  return SIFT_OK;
}

void sift_segment_reader_free(struct sift_segment_reader *reader) {
  if (reader != NULL) {
    sift_feed_release(&reader->feed);
    ZSTD_freeDCtx(reader->zstd);
    free(reader->payload);
    free(reader);
  }
}

/* Reads until `size` bytes stand in the window; SIFT_END where the input ends before. */
static enum sift_status want(struct sift_segment_reader *reader, size_t size) {
  enum sift_status status = SIFT_OK;
  while (status == SIFT_OK && sift_feed_window(&reader->feed).len < size) {
    status = sift_feed_more(&reader->feed, false);
  }
  return status;
}

/* --- runs of damage ---------------------------------------------------------------------------------------------------- */

/* How many bytes at the front of the window can be no seal; *found: one stands behind them. */
static size_t barren(struct sift_span window, bool *found) {
  static const char magic[4] = {0x5E, 0x2A, 0x4D, 0x18};
  struct sift_seal seal;
  size_t last = window.len - SIFT_SEAL_BYTES; /* where a whole seal could begin */
  *found = false;
  for (size_t at = 0; at <= last; at++) {
    const char *next = memmem(window.data + at, window.len - at, magic, sizeof magic);
    if (next == NULL || (size_t)(next - window.data) > last) {
      break;
    }
    at = (size_t)(next - window.data);
    if (sift_seal_take(&seal, next)) {
      *found = true;
      return at;
    }
  }
  return last + 1;
}

/* From the front of the window to the next seal, or to the end. The first `sure` bytes are known to begin no entry. */
static enum sift_status take_damage(struct sift_segment_reader *reader, size_t sure, enum sift_segment_fault fault,
                                    struct sift_segment_item *item) {
  bool found = false;
  enum sift_status status = SIFT_OK;
  sift_feed_take(&reader->feed, sure);
  while (!found && (status = want(reader, SIFT_SEAL_BYTES)) == SIFT_OK) {
    sift_feed_take(&reader->feed, barren(sift_feed_window(&reader->feed), &found));
  }
  if (status == SIFT_END) {
    sift_feed_take(&reader->feed, sift_feed_window(&reader->feed).len);
  } else if (status != SIFT_OK) {
    return status;
  }
  item->bytes = sift_feed_offset(&reader->feed) - item->offset;
  item->fault = fault;
  return SIFT_OK;
}

/* --- items ------------------------------------------------------------------------------------------------------------- */

static enum sift_segment_fault check(const struct sift_segment_item *item) {
  if (item->seal.frame_hash != XXH3_64bits(item->frame.data, item->frame.len)) {
    return SIFT_SEGMENT_FRAME;
  }
  bool known = item->seal.version == SIFT_JOURNAL_VERSION && item->seal.kind <= SIFT_SEAL_ENTRY;
  return known ? SIFT_SEGMENT_WHOLE : SIFT_SEGMENT_VERSION;
}

enum sift_status sift_segment_next(struct sift_segment_reader *reader, struct sift_segment_item *item) {
  *item = (struct sift_segment_item){.offset = sift_feed_offset(&reader->feed)};
  enum sift_status status = want(reader, SIFT_SEAL_BYTES);
  struct sift_span window = sift_feed_window(&reader->feed);
  if (status == SIFT_END && window.len > 0) {
    return take_damage(reader, window.len, SIFT_SEGMENT_TORN, item);
  }
  if (status != SIFT_OK) {
    return status;
  }
  if (!sift_seal_take(&item->seal, window.data)) {
    return take_damage(reader, 1, SIFT_SEGMENT_JUNK, item);
  }
  size_t size = SIFT_SEAL_BYTES + (size_t)item->seal.frame_bytes;
  status = want(reader, size);
  if (status == SIFT_END) {
    return take_damage(reader, SIFT_SEAL_BYTES, SIFT_SEGMENT_TORN, item);
  }
  if (status != SIFT_OK) {
    return status;
  }
  item->frame = sift_span(sift_feed_window(&reader->feed).data + SIFT_SEAL_BYTES, item->seal.frame_bytes);
  item->bytes = size;
  item->fault = check(item);
  sift_feed_take(&reader->feed, size); /* the frame stays in memory until more is read */
  return SIFT_OK;
}

enum sift_status sift_segment_payload(struct sift_segment_reader *reader, const struct sift_segment_item *item,
                                      struct sift_span *payload) {
  size_t size = item->seal.payload_bytes;
  if (size > reader->payload_capacity || reader->payload == NULL) {
    free(reader->payload);
    reader->payload = malloc(size + 1);
    reader->payload_capacity = reader->payload != NULL ? size : 0;
  }
  if (reader->payload == NULL) {
    return SIFT_ENOMEM;
  }
  size_t got = ZSTD_decompressDCtx(reader->zstd, reader->payload, size, item->frame.data, item->frame.len);
  *payload = sift_span(reader->payload, size);
  return !ZSTD_isError(got) && got == size ? SIFT_OK : SIFT_ECORRUPT;
}
