"""Instruction following: IFEval's 25 verifiable kinds, and the same constraints where a prompt's prose states them."""
