/* What the whole would gain without each rule, found by leaving out groups and halving those that matter: group testing. */
#ifndef SIFT_MEASURE_MARGINAL_H
#define SIFT_MEASURE_MARGINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/status.h"
#include "tools/measure/statistics.h"

/* What leaving out some rules brings: the time with them over the time without. */
typedef enum sift_status (*sift_marginal_fn)(void *context, const uint32_t *rules, size_t count, struct sift_ratio *gain);

struct sift_marginal_config {
  const uint32_t *order; /* all rules, those that may cost the most first, so that they share groups */
  size_t count;
  size_t first, second; /* how many of them make the first group, and the second; 0: there is no such group */
  unsigned measurements_max;
  double gain_min; /* groups that gain less than this share are not looked into: 0.01 is one percent */
  sift_marginal_fn measure;
  void *context;
};

/* Rules whose cost was found together. More than one where neither half gains what the whole does, as each alone keeps something dear in
 * use (halves that gain something are groups too), or where the measurements ran out. */
struct sift_marginal_group {
  uint32_t first, count; /* in sift_marginal.order */
  struct sift_ratio gain;
  bool unsplit; /* the measurements ran out before it could be halved */
};

struct sift_marginal {
  uint32_t *order;
  struct sift_marginal_group *groups; /* that gain more than noise and the least share, most first */
  size_t group_count;
  unsigned measurements; /* that were made */
};

/* What was found is measured once more in the end, and only what gains again is told, by that second measurement: of many groups some
 * seem to gain by chance, and those that were picked for their gain seem to gain too much.
 * SIFT_ENOMEM, or what `measure` said. Without rules nothing is measured. */
enum sift_status sift_marginal_find(struct sift_marginal *out, const struct sift_marginal_config *config);
void sift_marginal_release(struct sift_marginal *marginal);

#endif
