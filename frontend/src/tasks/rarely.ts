/** The parts that are not seen at first, in one piece that is fetched once. */
export const rare = () => import("./rare");
