/* What is known of the whole input rather than of one Space: totals, damage, and how many Spaces each trouble struck when. */
#ifndef SIFT_ENGINE_FLEET_H
#define SIFT_ENGINE_FLEET_H

#include <stdint.h>

#include "engine/reason.h"
#include "engine/sketch.h"
#include "engine/space.h"
#include "engine/status.h"
#include "engine/witness.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SIFT_WINDOW_SECONDS = 300, /* width of an incident window */
  SIFT_WINDOWS_MAX = 2016,   /* a series: the newest week; older windows are let go, the same ones in any order */
  SIFT_DAMAGES_MAX = 1000,   /* listed one by one; beyond, only counted. Kept: the first in order of source and offset */
};

/* One damaged place. */
struct sift_damage {
  enum sift_reason reason;
  const char *source; /* name of the shard */
  uint64_t offset;    /* in the decompressed input where known, else in the file */
};

/* Whose windows: those of a class, or of one rule of it that is counted by itself (sift_rule.incident). */
struct sift_series {
  uint32_t class_index;
  uint32_t rule; /* or SIFT_RULE_NONE: all rules of the class */
};
#define SIFT_RULE_NONE UINT32_MAX

/* < 0, 0, > 0: by class, its own series before those of its rules. */
int sift_series_compare(struct sift_series a, struct sift_series b);

/* The distinct Spaces that showed undemoted evidence of a series, severity warning or worse, within one window. */
struct sift_window {
  struct sift_series series;
  int64_t start_s; /* Unix time, a multiple of SIFT_WINDOW_SECONDS */
  struct sift_sketch spaces;
  struct sift_witnesses witnesses; /* the first of them */
};

/* One hit that counts. */
struct sift_strike {
  struct sift_series series;
  int64_t time_ns;
  struct sift_span space, text;
  uint64_t space_hash; /* XXH3 64 of `space` */
};

/* All fields merge by sum, max or union. Owns its memory. */
struct sift_fleet {
  uint64_t shards;           /* inputs read, damaged ones included */
  uint64_t lines, bytes;     /* of decompressed input */
  uint64_t compressed_bytes; /* as read from disk */
  uint64_t hits;             /* events that were or would be written */
  uint64_t records_dropped;  /* wrapped records of no use */
  uint64_t reasons[SIFT_REASONS];
  int64_t newest_ns;           /* the newest time of a hit, or SIFT_TIME_NONE */
  struct sift_sketch overflow; /* Spaces beyond the cap */
  struct sift_damage *damages; /* sorted by source, offset, reason */
  size_t damage_count;
  struct sift_window *windows; /* sorted by series, then start */
  size_t window_count;
  struct sift_arena arena;                 /* private: sources of damages */
  size_t damage_capacity, window_capacity; /* private */
};

/* SIFT_ENOMEM when memory is out. */
enum sift_status sift_fleet_init(struct sift_fleet *fleet);
void sift_fleet_release(struct sift_fleet *fleet);

/* Counts `reason`; lists the place too when the reason is damage. */
enum sift_status sift_fleet_damage(struct sift_fleet *fleet, enum sift_reason reason, struct sift_span source, uint64_t offset);

/* Counts the Space in the window of the strike's time; what has no time belongs to none. Copies what it keeps. */
enum sift_status sift_fleet_strike(struct sift_fleet *fleet, const struct sift_strike *strike);

/* Folds `from` in. Commutative and associative: equal inputs give equal bytes in any order. */
enum sift_status sift_fleet_merge(struct sift_fleet *into, const struct sift_fleet *from);

#ifdef __cplusplus
}
#endif
#endif
