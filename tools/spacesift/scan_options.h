/* The command line of `spacesift scan`. */
#ifndef SIFT_TOOLS_SCAN_OPTIONS_H
#define SIFT_TOOLS_SCAN_OPTIONS_H

#include "ingest/scan.h"
#include "tools/spacesift/known.h"
#include "tools/spacesift/report_output.h"

struct sift_scan_options {
  const char *rules; /* NULL: the built-in pack */
  bool no_cache;
  const char *files_from;      /* NULL: none */
  const char *layout;          /* NULL: the built-in list */
  const char *space, *channel; /* of lines that name none; NULL: "-" */
  enum sift_format format;
  struct sift_fields fields;
  unsigned jobs;
  enum sift_report_kind report;
  const char *output;         /* of the report */
  const char *events, *state; /* NULL: not asked for */
  int64_t now_ns;             /* SIFT_TIME_NONE: the newest instant read */
  uint64_t spaces_max;
  uint64_t top;
  unsigned window_log_max;
  enum sift_scan_mode mode;
  bool quiet;
  struct sift_known_options known;
  char *const *paths;
  size_t path_count;
};

/* SIFT_EXIT_OK, or what to exit with (help was printed: SIFT_EXIT_OK and *done). Borrows from argv. */
int sift_scan_options_parse(struct sift_scan_options *options, int argc, char **argv, bool *done);

#endif
