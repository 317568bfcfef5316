/* One log file of a fleet's directory: its place, its wrapping and its bytes. */
#ifndef SIFT_FLEETGEN_OUTPUT_H
#define SIFT_FLEETGEN_OUTPUT_H

#include "tools/fleetgen/directory.h"
#include "tools/fleetgen/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Reused from file to file. One thread. */
struct sift_gen_output {
  const struct sift_gen_options *options;
  struct sift_gen_writer *writer;
  struct sift_gen_emitter emitter;
  struct sift_gen_text text;
  uint64_t frame_bytes;   /* since the last frame began */
  uint64_t wrapped_bytes; /* of all files so far, decompressed */
  bool open;
  char path[SIFT_GEN_PATH_MAX]; /* of the last file, for messages */
};

/* `options` must outlive it. SIFT_ENOMEM, and release is still right. */
enum sift_status sift_gen_output_init(struct sift_gen_output *output, const struct sift_gen_options *options);
void sift_gen_output_release(struct sift_gen_output *output);

/* Writes a record; the first one since a close opens the file: that of the record's Space and channel, or shard `unit`.
 * SIFT_EIO with errno, SIFT_ENOMEM. */
enum sift_status sift_gen_output_put(struct sift_gen_output *output, const struct sift_gen_record *record, uint64_t unit);

/* Nothing where no file is open. */
enum sift_status sift_gen_output_close(struct sift_gen_output *output);

#ifdef __cplusplus
}
#endif
#endif
