/* Writes one file after the other: plain, zstd or gzip. */
#ifndef SIFT_FLEETGEN_WRITER_H
#define SIFT_FLEETGEN_WRITER_H

#include <stdint.h>

#include "tools/fleetgen/press.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ".zst", ".gz" or "". */
const char *sift_gen_compression_suffix(enum sift_gen_compression compression);

/* Buffers and compression state, reused from file to file. One thread. */
struct sift_gen_writer;

enum sift_status sift_gen_writer_new(struct sift_gen_writer **out, enum sift_gen_compression compression);
void sift_gen_writer_free(struct sift_gen_writer *writer); /* closes an open file, whatever comes of it */

/* Opens `path`, which is cut to nothing where it exists. SIFT_EIO with errno. */
enum sift_status sift_gen_writer_open(struct sift_gen_writer *writer, const char *path);

/* SIFT_EIO with errno: the disk is full, say. */
enum sift_status sift_gen_writer_put(struct sift_gen_writer *writer, struct sift_span bytes);

/* Ends the frame or member, as a collector does that appends to a shard; the next bytes begin another. */
enum sift_status sift_gen_writer_cut(struct sift_gen_writer *writer);

/* Ends the file and closes it. */
enum sift_status sift_gen_writer_close(struct sift_gen_writer *writer);

/* Bytes written to all files so far, as they stand on the disk. */
uint64_t sift_gen_writer_bytes(const struct sift_gen_writer *writer);

#ifdef __cplusplus
}
#endif
#endif
