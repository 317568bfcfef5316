/* Shared by the files of the fleet record; not for others. */
#ifndef SIFT_ENGINE_FLEET_INTERNAL_H
#define SIFT_ENGINE_FLEET_INTERNAL_H

#include "engine/fleet.h"

/* Lists a place among the first SIFT_DAMAGES_MAX in order; one that is listed already stays listed once. SIFT_ENOMEM. */
enum sift_status sift_fleet_list_damage(struct sift_fleet *fleet, enum sift_reason reason, struct sift_span source,
                                        uint64_t offset);

/* Folds the windows of `from` in. SIFT_ENOMEM, and some may be lost. */
enum sift_status sift_fleet_merge_windows(struct sift_fleet *into, const struct sift_fleet *from);

#endif
