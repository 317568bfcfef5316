/* Shared by the files of the fleet record; not for others. */
#ifndef SIFT_ENGINE_FLEET_INTERNAL_H
#define SIFT_ENGINE_FLEET_INTERNAL_H

#include "engine/fleet.h"

/* Lists a place among the first SIFT_DAMAGES_MAX in order; one that is listed already stays listed once. SIFT_ENOMEM. */
enum sift_status sift_fleet_list_damage(struct sift_fleet *fleet, enum sift_reason reason, struct sift_span source,
                                        uint64_t offset);

/* Empty windows own nothing. */
void sift_window_init(struct sift_window *window, struct sift_series series, int64_t start_s);
void sift_window_release(struct sift_window *window);

/* Where two windows stand to each other in a fleet: < 0, 0, > 0. */
int sift_window_compare(struct sift_series series, int64_t start_s, const struct sift_window *with);

/* Folds the windows of `from` in. SIFT_ENOMEM, and some may be lost. */
enum sift_status sift_fleet_merge_windows(struct sift_fleet *into, const struct sift_fleet *from);

#endif
