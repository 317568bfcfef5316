/* What the two halves of the status page's reader share: status_file.c gets the bytes, status_json.c takes the page out of them. */
#ifndef SIFT_INGEST_STATUS_INTERNAL_H
#define SIFT_INGEST_STATUS_INTERNAL_H

#include "ingest/status_file.h"

/* A byte of the text, and its line and column from 1. */
struct sift_status_place {
  const char *at;
  unsigned line, column;
};

/* One file being read. */
struct sift_status_reading {
  struct sift_status_page *page;
  const char *name;
  const struct sift_status_file_config *config;
  struct sift_problems *problems;
  struct sift_status_file_result *result;
  char *bytes;                   /* owned */
  struct sift_span text;         /* within bytes; SIFT_PADDING readable bytes behind */
  struct sift_status_place base; /* of the thing under way: problems are near to it */
};

/* Counts lines from the first byte of the text on. */
void sift_status_begin(struct sift_status_reading *reading);

/* Problems of the byte `at` of the text, or of the whole file (NULL). The second is an error, and returns `status`. */
void sift_status_warn(struct sift_status_reading *reading, const char *at, const char *field, const char *message,
                      const char *hint);
enum sift_status sift_status_refuse(struct sift_status_reading *reading, enum sift_status status, const char *message,
                                    const char *hint);

/* Takes what the text holds, which is valid UTF-8. As sift_status_file_read(). */
enum sift_status sift_status_take(struct sift_status_reading *reading);

#endif
