#include "core/base/share.h"

#include "core/base/integer.h"

void shares_cut(Shares *shares, int items) {
    int threads = parallel_threads();
    shares->workers = items < threads ? items : threads;
    for (int k = 0; k < shares->workers; k++) {
        shares->of[k].next = (int)((long)items * k / shares->workers);
        shares->of[k].end = (int)((long)items * (k + 1) / shares->workers);
    }
}

static int claim(Share *share) {
    int item = __atomic_fetch_add(&share->next, 1, __ATOMIC_RELAXED);
    return item < share->end ? item : -1;
}

int shares_claim(Shares *shares, int worker, int left) {
    for (int k = 0; k < shares->workers; k++) {
        Share *share = &shares->of[(worker + k) % shares->workers];
        if (__atomic_load_n(&share->next, __ATOMIC_RELAXED) + (k > 0 ? left : 0) >= share->end) continue;
        int item = claim(share);
        if (item >= 0) return item;
    }
    return -1;
}

typedef struct Sharing {
    Shares shares;
    int count, part; /* items; of one part */
    ParallelWork work;
    void *context;
} Sharing;

static void share_work(void *context, int begin, int end, int worker) {
    Sharing *sharing = context;
    (void)begin, (void)end;
    for (int k; (k = shares_claim(&sharing->shares, worker, 0)) >= 0;) {
        int first = k * sharing->part;
        sharing->work(sharing->context, first, integer_min(first + sharing->part, sharing->count), worker);
    }
}

void share_parts(int count, int part, ParallelWork work, void *context) {
    Sharing sharing = {.count = count, .part = part, .work = work, .context = context};
    shares_cut(&sharing.shares, integer_divide_up(count, part));
    parallel_items(sharing.shares.workers, share_work, &sharing);
}

void share_items(int count, ParallelWork work, void *context) {
    share_parts(count, 1, work, context);
}
