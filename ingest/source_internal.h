/* What the kinds of source share: compressed bytes on their way into a decoder. */
#ifndef SIFT_INGEST_SOURCE_INTERNAL_H
#define SIFT_INGEST_SOURCE_INTERNAL_H

#include "ingest/source.h"

/* The slack is for igzip, which looks a few bytes ahead. */
enum { SIFT_INPUT_BYTES = 256 * 1024, SIFT_INPUT_SLACK = 64 };

/* Read-ahead over a source of raw bytes, which it owns. */
struct sift_input {
  struct sift_source *bytes;
  size_t at, len;         /* data[at..len) is read but not used */
  enum sift_status ended; /* SIFT_OK, or what the last read gave: nothing more is asked for then */
  struct sift_source_spares *spares;
  char data[SIFT_INPUT_BYTES + SIFT_INPUT_SLACK];
};

/* Takes over `bytes`; on SIFT_ENOMEM it is freed. `spares`: NULL, or where the buffer comes from and goes to. */
enum sift_status sift_input_new(struct sift_input **out, struct sift_source *bytes, struct sift_source_spares *spares);
void sift_input_free(struct sift_input *input);

/* Reads on behind what is unused, once. SIFT_OK when there is more than before, else input->ended. */
enum sift_status sift_input_more(struct sift_input *input);

/* Reads until `want` bytes (at most 64) are unused, or no more come; says how many are. */
size_t sift_input_peek(struct sift_input *input, size_t want);

/* Bytes of the file that were used. */
uint64_t sift_input_used(const struct sift_input *input);

/* A source that decodes `input`, which it takes over, failure included. */
enum sift_status sift_source_plain(struct sift_source **out, struct sift_input *input);
enum sift_status sift_source_zstd(struct sift_source **out, struct sift_input *input, unsigned window_log_max);
enum sift_status sift_source_gzip(struct sift_source **out, struct sift_input *input);

/* Whether the bytes may begin a frame or skippable frame, as far as they are there; whether they begin a member. */
int sift_zstd_begins(const char *data, size_t len);
int sift_gzip_begins(const char *data, size_t len);

/* A file or "-", as sift_source_open() says, without a look at what is in it. */
enum sift_status sift_source_file(struct sift_source **out, const char *path, enum sift_reason *reason);

/* Notes why and returns `status`. */
enum sift_status sift_source_fail(struct sift_source *source, enum sift_status status, enum sift_reason reason);

#endif
