/* All Spaces of a fleet in small states in memory, sorted, so that one Space is found by decoding a thousand. */
#ifndef SIFT_INGEST_SERVE_SHELF_H
#define SIFT_INGEST_SERVE_SHELF_H

#include "engine/crowd.h"
#include "engine/state.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_SHELF_BLOCK_SPACES = 1000 };

/* Consecutive Spaces as a state of their own. */
struct sift_shelf_block {
  struct sift_span first; /* name of its first Space */
  struct sift_state_buffer state;
};

/* Immutable once finished, and then shared by threads: whoever keeps it holds a reference. */
struct sift_shelf {
  unsigned refs;                          /* private, atomic */
  const struct sift_state_header *header; /* borrowed: must outlive the shelf */
  struct sift_arena arena;                /* names */
  struct sift_shelf_block *blocks;
  size_t block_count, block_capacity;
  size_t bytes;            /* of all blocks */
  struct sift_crowd crowd; /* of the Spaces that the summary counts: "-" and "~overflow" aside; without facts */
  struct sift_fleet fleet;
  struct sift_state_writer *writer;   /* private: of the last block while it is being filled */
  uint32_t filled;                    /* private: Spaces in it */
  const struct sift_ruleset *ruleset; /* private: while it is being filled */
};

/* Copies all that the merger gives, and counts by the marks of `ruleset` where each Space stands: here it is decoded anyway. SIFT_OK and a shelf with one reference, else what the merger or memory said and NULL. */
enum sift_status sift_shelf_fill(struct sift_shelf **out, struct sift_state_merger *merger, const struct sift_state_header *header,
                                 const struct sift_ruleset *ruleset);
struct sift_shelf *sift_shelf_acquire(struct sift_shelf *shelf);
void sift_shelf_release(struct sift_shelf *shelf); /* NULL is fine */

/* Reads a shelf from any place on. Embedded, zeroed but for `shelf`; one thread. Borrows the shelf. */
struct sift_shelf_cursor {
  const struct sift_shelf *shelf;
  size_t block; /* private, as all that follows: the block being read */
  struct sift_state_bytes bytes;
  struct sift_state_reader *reader; /* NULL: the block is not begun */
  const struct sift_space *space;   /* read last, NULL where none is */
};
void sift_shelf_cursor_release(struct sift_shelf_cursor *cursor);

/* SIFT_OK with the next sorted Space, borrowed until the next call; SIFT_END after the last. */
enum sift_status sift_shelf_next(struct sift_shelf_cursor *cursor, const struct sift_space **out);

/* SIFT_OK with the Space of that name, SIFT_END where there is none. Rising names are found with one pass over a block. */
enum sift_status sift_shelf_seek(struct sift_shelf_cursor *cursor, struct sift_span name, const struct sift_space **out);

/* The cursor as what a merger reads from. */
struct sift_state_source sift_shelf_source(struct sift_shelf_cursor *cursor);

#ifdef __cplusplus
}
#endif
#endif
