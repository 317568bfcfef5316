/* Watches the files of facts and of the status page: reads them at the start, and again when they have changed. */
#ifndef SIFT_INGEST_SERVE_LOOKOUT_H
#define SIFT_INGEST_SERVE_LOOKOUT_H

#include "ingest/serve/counters.h"
#include "ingest/serve/factbox.h"
#include "ingest/serve/note.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { SIFT_LOOKOUT_ERROR_BYTES = 512, SIFT_LOOKOUT_MS = 2000 /* from one look at the files to the next */ };

/* All is borrowed and outlives the lookout. */
struct sift_lookout_config {
  const char *facts, *status; /* regular files, plain or compressed; NULL: not given */
  struct sift_note *note;     /* NULL: problems are printed to standard error */
  struct sift_server_counters *counters;
};

/* One thread at a time. */
struct sift_lookout;

/* Reads both. What is wrong with them is told to the log, an error in `error` too: then there is no lookout. A file that is cut off
 * counts as far as it goes. SIFT_ENOMEM, or what sift_facts_file_read() and sift_status_file_read() say. */
enum sift_status sift_lookout_new(struct sift_lookout **out, const struct sift_lookout_config *config,
                                  char error[SIFT_LOOKOUT_ERROR_BYTES]);
void sift_lookout_free(struct sift_lookout *lookout);

/* Reads what has changed since (another inode, size or time), or all where `asked`; unasked it looks only once in SIFT_LOOKOUT_MS.
 * True where something new is in force. A file that is missing, empty, cut off or otherwise broken leaves the old in force; that
 * is told and counted once, until it changes again. */
bool sift_lookout_look(struct sift_lookout *lookout, bool asked);

/* What is in force; borrowed until the next look. NULL: not given. */
struct sift_factbox *sift_lookout_facts(const struct sift_lookout *lookout);
struct sift_pagebox *sift_lookout_page(const struct sift_lookout *lookout);

#ifdef __cplusplus
}
#endif
#endif
