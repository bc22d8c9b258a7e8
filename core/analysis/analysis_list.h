/* Every analysis: ANALYSIS(ID, file) stands for core/analysis/<file>.c, which defines analysis_<file>_spec.
 * Those of one network are commands all alike; the scoreboard is about many and has a command of its own. */
#ifndef CORE_ANALYSIS_ANALYSIS_LIST_H
#define CORE_ANALYSIS_ANALYSIS_LIST_H

#define ANALYSIS_OF_NETWORK_LIST(ANALYSIS)                                                                   \
    ANALYSIS(PATHS, paths)                                                                                   \
    ANALYSIS(LOGITS, logits)                                                                                 \
    ANALYSIS(JUNCTIONS, junctions)                                                                           \
    ANALYSIS(LESIONS, lesions)                                                                               \
    ANALYSIS(RESPONSES, responses)                                                                           \
    ANALYSIS(FLOW, flow)                                                                                     \
    ANALYSIS(REGIMES, regimes)                                                                               \
    ANALYSIS(SHATTERED, shattered)                                                                           \
    ANALYSIS(SLICE, slice)                                                                                   \
    ANALYSIS(GRADCHECK, gradcheck)

#define ANALYSIS_LIST(ANALYSIS) ANALYSIS_OF_NETWORK_LIST(ANALYSIS) ANALYSIS(PAPER, paper)

#endif
