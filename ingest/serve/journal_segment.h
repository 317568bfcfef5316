/* One segment of the journal as bytes: sealed zstd frames, found again behind damage. Format: docs/journal.md. */
#ifndef SIFT_INGEST_SERVE_JOURNAL_SEGMENT_H
#define SIFT_INGEST_SERVE_JOURNAL_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/span.h"
#include "engine/state.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_JOURNAL_VERSION = 1,
  SIFT_JOURNAL_ENTRY_BYTES_MAX = 16 << 20, /* of a payload, before compression */
  SIFT_JOURNAL_NAME_BYTES = 40,            /* a segment's file name and its NUL fit */
  SIFT_SEAL_BYTES = 56,
};

enum sift_seal_kind {
  SIFT_SEAL_HEADER, /* what opens a segment: no entry of the journal */
  SIFT_SEAL_ENTRY,
};

/* What stands in front of a frame, in a skippable frame of zstd's. */
struct sift_seal {
  uint16_t version, kind;
  uint32_t loop;
  uint64_t seq, loop_seq;
  uint32_t frame_bytes, payload_bytes; /* of the frame that follows; of its content */
  uint64_t frame_hash;                 /* XXH3-64 */
};

/* Writes SIFT_SEAL_BYTES. */
void sift_seal_put(char *at, const struct sift_seal *seal);

/* Reads SIFT_SEAL_BYTES. False where no seal stands there, or one whose hash or lengths are wrong. */
bool sift_seal_take(struct sift_seal *seal, const char *bytes);

/* "journal-<first, 20 digits>.zst", and back; false where `name` is no such name. */
void sift_journal_name(char name[SIFT_JOURNAL_NAME_BYTES], uint64_t first_seq);
bool sift_journal_name_parse(const char *name, uint64_t *first_seq);

enum sift_segment_fault {
  SIFT_SEGMENT_WHOLE,
  SIFT_SEGMENT_TORN,    /* the file stops within an entry */
  SIFT_SEGMENT_FRAME,   /* an entry differs from its seal */
  SIFT_SEGMENT_JUNK,    /* bytes without a seal */
  SIFT_SEGMENT_VERSION, /* an entry of another version of the format */
};

/* A short English text, never NULL. */
const char *sift_segment_fault_text(enum sift_segment_fault fault);

/* An entry or header, or a run of bytes that are neither: then only `fault`, `offset` and `bytes` say something. */
struct sift_segment_item {
  enum sift_segment_fault fault;
  uint64_t offset, bytes; /* in the file, the seal included */
  struct sift_seal seal;
  struct sift_span frame; /* compressed; borrowed until the next call */
};

/* Reads a segment front to back, with memory for one entry. One thread. */
struct sift_segment_reader;
enum sift_status sift_segment_reader_new(struct sift_segment_reader **out, struct sift_state_input input);
void sift_segment_reader_free(struct sift_segment_reader *reader);

/* SIFT_OK with an item, SIFT_END, SIFT_ENOMEM, or what the input says. Damage never ends the reading: it goes on at the next
 * seal whose hash is right. */
enum sift_status sift_segment_next(struct sift_segment_reader *reader, struct sift_segment_item *item);

/* The content of a whole item's frame, borrowed until the next call. SIFT_ECORRUPT where it is not what the seal says,
 * SIFT_ENOMEM. */
enum sift_status sift_segment_payload(struct sift_segment_reader *reader, const struct sift_segment_item *item,
                                      struct sift_span *payload);

#ifdef __cplusplus
}
#endif
#endif
