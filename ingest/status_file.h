/* Reads what the platform's status page says, as its index.json has it, into a status page. */
#ifndef SIFT_INGEST_STATUS_FILE_H
#define SIFT_INGEST_STATUS_FILE_H

#include "engine/problem.h"
#include "engine/status_page.h"
#include "ingest/source.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIFT_STATUS_URL "https://status.huggingface.co/index.json"

enum {
  SIFT_STATUS_FILE_BYTES_MAX = 8 * 1024 * 1024, /* decompressed; a longer one is refused */
  SIFT_STATUS_FUTURE_SECONDS = 300,             /* clocks differ by so much */
};

struct sift_status_file_config {
  int64_t now_ns; /* SIFT_TIME_NONE: no time is in the future */
};

/* How often. Each but the first two is told as a problem too, with file, line and column. */
struct sift_status_file_result {
  uint64_t components;    /* taken, the page's own aggregate state among them */
  uint64_t reports;       /* taken */
  uint64_t skipped;       /* components and reports that could not be used */
  uint64_t odd;           /* states and times of a kind not known: they count as unknown */
  uint64_t contradictory; /* one component in two states: the worse counts; a report that ends before it begins */
  bool future;            /* the page says that it is of a later time than now */
  bool damaged;           /* the file ended before its end */
};

/* Adds all components and reports of the file ("-": standard input; plain, zstd or gzip) to `page`; the aggregate state becomes
 * the component "aggregate". What cannot be used is told as a warning; it is an error, told as such, when nothing can:
 * SIFT_EFORMAT (another kind of page, or of file), SIFT_ELIMIT (too long), SIFT_EIO, or the status of its damage. SIFT_ENOMEM is
 * not told. *result is filled in any case. One thread. */
enum sift_status sift_status_file_read(struct sift_status_page *page, const char *path,
                                       const struct sift_status_file_config *config, struct sift_problems *problems,
                                       struct sift_status_file_result *result);

/* The same from a source, which stays the caller's; `name` is what problems call it. */
enum sift_status sift_status_file_read_source(struct sift_status_page *page, struct sift_source *source, const char *name,
                                              const struct sift_status_file_config *config, struct sift_problems *problems,
                                              struct sift_status_file_result *result);

#ifdef __cplusplus
}
#endif
#endif
