#include "core/conv/share.h"

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
    ParallelWork work;
    void *context;
} Sharing;

static void share_work(void *context, int begin, int end, int worker) {
    Sharing *sharing = context;
    (void)begin, (void)end;
    for (int item; (item = shares_claim(&sharing->shares, worker, 0)) >= 0;)
        sharing->work(sharing->context, item, item + 1, worker);
}

void share_items(int count, ParallelWork work, void *context) {
    Sharing sharing = {.work = work, .context = context};
    shares_cut(&sharing.shares, count);
    parallel_items(sharing.shares.workers, share_work, &sharing);
}
