/* Reads what a file tells of Spaces into facts: JSON Lines, the Hub's listing, one Space's info, or its bare runtime. */
#ifndef SIFT_INGEST_FACTS_FILE_H
#define SIFT_INGEST_FACTS_FILE_H

#include "engine/facts.h"
#include "engine/problem.h"
#include "ingest/source.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_FACTS_RECORD_BYTES_MAX = 1024 * 1024, /* of one JSON object; a longer one is skipped */
  SIFT_FACTS_FUTURE_SECONDS = 300,           /* clocks differ by so much */
};

struct sift_facts_file_config {
  struct sift_span default_space; /* of objects that name no Space, or "": they are skipped */
  int64_t now_ns;                 /* SIFT_TIME_NONE: no time is in the future */
};

/* How often. Each is told as a problem too, with file, line and column. */
struct sift_facts_file_result {
  uint64_t sheets;        /* taken */
  uint64_t skipped;       /* objects, or what stood in their place, that gave no sheet */
  uint64_t contradictory; /* sheets that differ from an earlier one of the same Space; the later counts */
  uint64_t future;        /* sheets whose time was not believed: they count as undated */
  uint64_t odd;           /* values of a hopeless type, left out of their sheets */
  bool damaged;           /* the file ended before its end: cut off, or its compression is broken */
};

/* Adds all sheets of the file ("-": standard input; plain, zstd or gzip) to `facts`, which the caller seals. Memory does not grow
 * with the file but for the facts. What cannot be used is skipped and told as a warning; it is an error, told as such, when
 * nothing can: SIFT_EFORMAT, SIFT_EIO when the file cannot be read, or the status of its damage. SIFT_ENOMEM is not told. An
 * empty file, or an empty list, is SIFT_OK with a warning. *result is filled in any case. One thread. */
enum sift_status sift_facts_file_read(struct sift_facts *facts, const char *path, const struct sift_facts_file_config *config,
                                      struct sift_problems *problems, struct sift_facts_file_result *result);

/* The same from a source, which stays the caller's; `name` is what problems call it. */
enum sift_status sift_facts_file_read_source(struct sift_facts *facts, struct sift_source *source, const char *name,
                                             const struct sift_facts_file_config *config, struct sift_problems *problems,
                                             struct sift_facts_file_result *result);

#ifdef __cplusplus
}
#endif
#endif
