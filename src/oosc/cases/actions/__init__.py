"""Every write to a case, one function per verb of the notice.

Each checks the policy, then the rules, then writes, then leaves a trace. The modules stand here in
the order of a case's life; `moving`, beside this package, holds the steps that they share.

opening       suspected by an office, a comparison or a term that ran out; reopened
assigning     派核、改派、退回、签收
visiting      入户核查 (W14) and its correction
proving       files and numbers
reporting     强制报告 (W21)
              (劝返, 文书 and 复学 come in between, a module each)
striking_off  申请销号、审批、退回、复核
withdrawing   撤销立案 (C00)
sealing       the ledger, sealed and handed out
"""
