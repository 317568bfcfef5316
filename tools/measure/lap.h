/* One round of one build of the program: what it measured, as a text that another build reads. */
#ifndef SIFT_MEASURE_LAP_H
#define SIFT_MEASURE_LAP_H

#include "engine/arena.h"
#include "tools/measure/figures.h"
#include "tools/spacesift/terminal.h"

/* The form of the text: docs/bench.md, "What builds tell each other". */
enum { SIFT_LAP_FORMAT = 1, SIFT_LAP_TEXT_BYTES_MAX = 4 * 1024 * 1024 };

struct sift_lap_rule {
  const char *id;
  uint64_t hits;
};

/* CPU and wall seconds of one run over so many bytes. */
struct sift_lap_run {
  bool made;
  double cpu, wall;
  uint64_t bytes;
};

struct sift_lap {
  const char *program; /* version, compiler and build, for people */
  const char *rules_name, *rules_version, *rules_hash;
  uint64_t corpus_bytes, corpus_lines;
  double compile_seconds;
  struct sift_sizes sizes;
  struct sift_path_result found;
  struct sift_lap_run runs[SIFT_WAYS];
  struct sift_lap_rule *rules; /* all of the set, sorted by id */
  size_t rule_count;
  struct sift_arena texts; /* holds all of the above */
};

struct sift_lap_config {
  const struct sift_database *database;
  const struct sift_corpus *corpus;
  double compile_seconds;
  size_t sample_bytes; /* that a timed run passes over, about: as in sift_pieces_cut() */
};

/* The ways that are compared, SIFT_WAYS at the end. */
extern const enum sift_way sift_compared_ways[];

/* Runs each way once to warm up and once to measure, and counts what is found in all of the corpus. Where it fails there is nothing
 * to release. SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_lap_run(struct sift_lap *out, const struct sift_lap_config *config);

/* The same without the runs: sizes and what is found. */
enum sift_status sift_lap_count(struct sift_lap *out, const struct sift_lap_config *config);
void sift_lap_release(struct sift_lap *lap);

void sift_lap_write(struct sift_text *text, const struct sift_lap *lap);

/* Reads what any program may have written. SIFT_EFORMAT where it is no lap of this form, or a part of one, and `error` says what is
 * wrong with it; SIFT_ENOMEM. There is nothing to release then. Names that are not known are passed over. */
enum sift_status sift_lap_read(struct sift_lap *out, struct sift_span text, char *error, size_t error_size);

/* Sizes of the databases of a rule set and of its compiled form. SIFT_ENOMEM, SIFT_EENGINE. */
enum sift_status sift_sizes_read(struct sift_sizes *out, const struct sift_database *database);

#endif
