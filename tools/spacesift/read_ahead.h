/* Inputs of states that are read ahead of whoever needs them, all by one thread: reading and decompressing take as long as
 * what is done with the bytes. */
#ifndef SIFT_TOOLS_READ_AHEAD_H
#define SIFT_TOOLS_READ_AHEAD_H

#include "engine/state.h"

struct sift_read_ahead;

/* Begins to read the `count` inputs at once; until it is freed they belong to its thread, as does what they borrow. Holds
 * 128 KiB to 1 MiB for each, less the more there are. SIFT_ENOMEM, and *out is NULL. Where no thread can be had, each input is read when it is asked for. */
enum sift_status sift_read_ahead_new(struct sift_read_ahead **out, const struct sift_state_input *inputs, size_t count);

/* Ends the thread; what was read ahead is dropped. */
void sift_read_ahead_free(struct sift_read_ahead *ahead);

/* The same bytes as input `index` gives, then what it ended with; errno is as it left it. One thread an input. Borrows
 * `ahead`. */
struct sift_state_input sift_read_ahead_input(struct sift_read_ahead *ahead, size_t index);

#endif
