/* A file that appears under its name only when it is whole: temporary name, fsync, rename. "-" is standard output. */
#ifndef SIFT_TOOLS_OUTPUT_H
#define SIFT_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "engine/state.h"

struct sift_output {
  const char *path; /* borrowed */
  char *temporary;  /* NULL for standard output, devices and pipes, which are written to as they are */
  FILE *file;
  bool failed; /* the failure was told already */
};

/* False, with a message, where the file cannot be made. */
bool sift_output_open(struct sift_output *output, const char *path);

/* SIFT_EIO, with a message the first time, where the bytes could not be taken: disk full, pipe closed. */
enum sift_status sift_output_write(struct sift_output *output, const char *bytes, size_t size);

/* Puts the file under its name, if all went well and `good`; else removes it. False where it is not there whole. */
bool sift_output_close(struct sift_output *output, bool good);

/* For sift_state_writer_new(). */
struct sift_state_output sift_output_state(struct sift_output *output);

#endif
