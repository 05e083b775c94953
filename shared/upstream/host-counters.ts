/**
 * What one thread counts for one host, as `/clusters` shows it. Plain numbers: balancers read them for every pick. `…Active` go up
 * and down.
 */
export class HostCounters {
  cxActive = 0;
  cxConnectFail = 0;
  cxTotal = 0;
  rqActive = 0;
  rqError = 0;
  rqSuccess = 0;
  rqTimeout = 0;
  rqTotal = 0;
}
