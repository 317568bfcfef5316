/* The command line. */
#ifndef SIFT_FLEETGEN_OPTIONS_H
#define SIFT_FLEETGEN_OPTIONS_H

#include "tools/fleetgen/emit.h"
#include "tools/fleetgen/fleet.h"
#include "tools/fleetgen/send_options.h"
#include "tools/fleetgen/writer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sift_gen_options {
  struct sift_gen_fleet_config fleet;
  enum sift_gen_format format; /* SIFT_GEN_MIXED for the shape of that name */
  enum sift_gen_compression compression;
  uint64_t shards;  /* of the mixed shape; 0: by size */
  unsigned threads; /* 1 or more */
  const char *out;  /* borrowed from the arguments; may be NULL where something is sent */
  struct sift_gen_send_options send;
  bool force; /* write into a directory that holds something */
  bool help;
};

enum { SIFT_GEN_THREADS_MAX = 64 };

/* SIFT_EINVAL with a message in `error` (at least 200 bytes) that says what to type instead. */
enum sift_status sift_gen_options_parse(struct sift_gen_options *options, int argc, char **argv, char *error, size_t error_size);

#ifdef __cplusplus
}
#endif
#endif
