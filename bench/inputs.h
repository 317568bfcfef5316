/* What the stages run over: fleets that fleetgen makes in memory, the same each time. Made when first asked for, then shared. */
#ifndef SIFT_BENCH_INPUTS_H
#define SIFT_BENCH_INPUTS_H

#include "bench/corpus.h"
#include "engine/database.h"
#include "engine/state.h"
#include "tools/fleetgen/emit.h"
#include "tools/fleetgen/send_options.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { BENCH_INPUT_BYTES = 8 * 1024 * 1024, BENCH_INPUT_SPACES = 2000 };

/* SIFT_PADDING readable bytes behind. */
struct bench_input {
  char *bytes;
  size_t len;
  uint64_t records;
  uint64_t text_bytes; /* of log text, a newline a record */
};

/* All records of one fleet as they stand in a file of this format; SIFT_GEN_JSONL tells no Space, SIFT_GEN_MIXED does. */
const struct bench_input *bench_input(enum sift_gen_format format);

/* `bytes` of a raw log of `spaces`, to be released by free(out->bytes). */
void bench_input_make(struct bench_input *out, enum sift_gen_format format, uint64_t spaces, size_t bytes);

/* The same records as a collector sends them. To be released by free(out->bytes). */
void bench_input_sent(struct bench_input *out, const struct sift_gen_send_options *send);

/* The built-in pack. */
const struct sift_database *bench_database(void);

/* Lines of bench_input(SIFT_GEN_RAW) with hits and without. */
const struct bench_pools *bench_input_pools(void);

/* Text of those lines, `share` of which hit. To be released by free(out->bytes). */
void bench_input_mix(struct bench_input *out, double share, size_t bytes);

/* The state that a scan of bench_input(SIFT_GEN_MIXED) leaves. Borrowed. */
struct sift_span bench_input_state(void);

/* The next stretch of whole lines from `at` on, as a batch: 0 at the end. */
uint32_t bench_batch_len(struct sift_span text, size_t at);

#ifdef __cplusplus
}
#endif
#endif
