/* One zstd frame in, its content out: an input over another input. Whatever follows the frame is damage. */
#ifndef SIFT_ENGINE_UNZSTD_H
#define SIFT_ENGINE_UNZSTD_H

#include "engine/state.h"

struct sift_unzstd;

enum { SIFT_STATE_WINDOW_LOG_MAX = 23 }; /* 8 MiB: of a state's frame, also where another encoder made it */

/* Takes frames whose window is at most 1 << `window_log_max` bytes. SIFT_ENOMEM, and *out is NULL. */
enum sift_status sift_unzstd_new(struct sift_unzstd **out, struct sift_state_input input, unsigned window_log_max);
void sift_unzstd_free(struct sift_unzstd *unzstd);

/* Its reads give SIFT_EFORMAT where no frame begins, SIFT_ETRUNCATED where the input ends within it, SIFT_ECORRUPT for
 * any other damage, SIFT_ENOMEM, or what the input below says. Borrows `unzstd`. */
struct sift_state_input sift_unzstd_input(struct sift_unzstd *unzstd);

#endif
