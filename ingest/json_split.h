/* Cuts a stream of JSON into its objects: one a line, elements of an array, or documents over many lines. Finds its way back
 * behind damage; knows nothing of what the objects hold. */
#ifndef SIFT_INGEST_JSON_SPLIT_H
#define SIFT_INGEST_JSON_SPLIT_H

#include "engine/span.h"
#include "engine/status.h"
#include "ingest/source.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sift_json_piece_kind {
  SIFT_JSON_PIECE_OBJECT,    /* whole, as far as its brackets tell */
  SIFT_JSON_PIECE_BROKEN,    /* an object with a line break inside a string, or within which the next one begins */
  SIFT_JSON_PIECE_LONG,      /* an object over the limit */
  SIFT_JSON_PIECE_OTHER,     /* something that is no object */
  SIFT_JSON_PIECE_TRUNCATED, /* an object within which the input ends */
  SIFT_JSON_PIECE_UNCLOSED,  /* the input ends within an array: always the last piece */
};

struct sift_json_piece {
  enum sift_json_piece_kind kind;
  struct sift_span text; /* behind which SIFT_PADDING bytes are readable; its beginning alone unless OBJECT or BROKEN */
  unsigned line, column; /* where it begins, from 1; columns count bytes */
  unsigned damage_line, damage_column; /* BROKEN: where that shows */
};

struct sift_json_split;

/* Reads from `source`, which stays the caller's and must live as long. Memory stays within a few times `piece_bytes_max`. */
enum sift_status sift_json_split_new(struct sift_json_split **out, struct sift_source *source, size_t piece_bytes_max);
void sift_json_split_free(struct sift_json_split *split);

/* The next piece; its text is borrowed until the next call. Arrays at the top are seen through, commas between pieces are not
 * missed. SIFT_END after the last; the source's error when all before the damage was handed out; SIFT_ENOMEM. */
enum sift_status sift_json_split_next(struct sift_json_split *split, struct sift_json_piece *out);

#ifdef __cplusplus
}
#endif
#endif
