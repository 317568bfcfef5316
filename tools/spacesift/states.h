/* State files named on the command line, folded while they are read. */
#ifndef SIFT_TOOLS_STATES_H
#define SIFT_TOOLS_STATES_H

#include "engine/state.h"

struct sift_states;

/* `paths` are borrowed; files are opened anew for each pass, so standard input is refused. */
enum sift_status sift_states_new(struct sift_states **out, char *const *paths, size_t count, uint64_t spaces_max);
void sift_states_free(struct sift_states *states);

/* Begins a new pass, which ends the one before: all Spaces in order, then the fleet. The merger belongs to `states`. On
 * failure the message is given. */
enum sift_status sift_states_pass(struct sift_states *states, struct sift_state_merger **out);

/* The header of the states, after a pass has begun. */
const struct sift_state_header *sift_states_header(const struct sift_states *states);

/* Says in words why a pass failed, naming the file. */
void sift_states_complain(const struct sift_states *states, enum sift_status status);

#endif
