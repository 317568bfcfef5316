/* Two builds of the program: each is run anew for every round, in turn, so that each round stands for itself. */
#ifndef SIFT_MEASURE_PROGRAMS_H
#define SIFT_MEASURE_PROGRAMS_H

#include "tools/measure/versus.h"

struct sift_programs_config {
  const char *path;                /* of the other build */
  const char *rules, *their_rules; /* NULL: the pack that is built into each */
  char *const *corpus;             /* files and directories */
  size_t corpus_count;
  uint64_t corpus_bytes_max, sample_bytes;
  unsigned rounds;
  double seconds_max; /* for one round of one program, by the wall */
};

/* Whether each path can be read again and again: a file or a directory. Else it is told, and which. */
bool sift_programs_can_read(char *const *corpus, size_t count);

/* Whether `path` is a program that can be compared, by what its `bench --help` tells of: else it is told what is wrong. Before anything
 * is measured, as that takes its time. SIFT_EINVAL, SIFT_ENOMEM. */
enum sift_status sift_programs_check(const char *path, double seconds_max);

/* This program, by /proc/self/exe, and the other one: every other round begins with the other. What goes wrong with either is told on
 * standard error, with what to do: SIFT_EINVAL. SIFT_ENOMEM. */
enum sift_status sift_programs_compare(struct sift_versus *out, const struct sift_programs_config *config);

#endif
