#!/usr/bin/env python3
"""Writes reference.rs: quotes of the two models, from the formulas of the papers.

It shares nothing with the crate: sixty decimal digits instead of floats, and the papers' own units
(prices in dollars, positions and orders of n coins, k per dollar) instead of parts of the price.
With n = 1 these are equations 29 and 30 of Avellaneda and Stoikov (2006) and the closed-form
approximations of Gueant, Lehalle and Fernandez-Tapia (2013, section 4); another n as in Gueant (2017).

    python3 reference.py > reference.rs && rustfmt reference.rs
"""
import random
from decimal import Decimal as D, getcontext

getcontext().prec = 60
random.seed(20081)


def avellaneda_stoikov(gamma, sigma, tau, k, a, n):
    return gamma * sigma * sigma * tau


def glft(gamma, sigma, tau, k, a, n):
    x = gamma * n / k
    growth = ((1 + 1 / x) * (1 + x).ln()).exp()
    return (sigma * sigma * gamma / (2 * k * a * n) * growth).sqrt()


def quotes(slope, s, q, sigma, k, a, gamma, tau, dollars, layers):
    n = dollars / s
    sigma, k = sigma * s, k / s
    c = slope(gamma, sigma, tau, k, a, n)
    fill = (1 + gamma * n / k).ln() / (gamma * n)
    bids = [s - fill - c * (n / 2 + q + i * n) - i * s / 10000 for i in range(layers)]
    asks = [s + fill + c * (n / 2 - q + i * n) + i * s / 10000 for i in range(layers)]
    return bids, asks


def pick(*of):
    return random.choice(of)


def main():
    print("// Written by reference.py.\n")
    print("use super::Reference;\n")
    print("pub const REFERENCES: &[Reference] = &[")
    written = 0
    while written < 20:
        s = pick("0.00390412", "0.8998", "2.9123", "47.123", "164.9", "4312.35", "109755.5")
        dollars = D(pick("20", "150", "1000", "25000"))
        # A number of coins with eight decimals, up to eight orders on either side.
        q = (D(random.uniform(-8, 8)) * dollars / D(s)).quantize(D("1e-8"))
        sigma = pick("0.00001", "0.00007", "0.0002", "0.0011")
        k = pick("300", "2500", "5000", "40000")
        a = pick("0.02", "0.3", "1.5", "12")
        gamma = pick("0.000001", "0.002", "0.1", "1", "25")
        tau = pick("1", "30", "300", "3600")
        # Quotes within half the price: beyond its largest distance the ladder does not follow them.
        given = (D(s), q, D(sigma), D(k), D(a), D(gamma), D(tau), dollars, 3)
        both = [(m.__name__, *quotes(m, *given)) for m in (avellaneda_stoikov, glft)]
        if any(abs(x / D(s) - 1) >= D("0.5") for _, bids, asks in both for x in bids + asks):
            continue
        written += 1
        print("Reference {")
        print(f'fair: "{s}", position: "{q:f}", sigma: {sigma}, decay: {k}.0, rate: {float(a)},')
        print(f"gamma: {gamma}{'' if '.' in gamma else '.0'}, horizon: {tau}.0, dollars: {dollars},")
        for name, bids, asks in both:
            text = lambda side: ", ".join(f'"{x:.12f}"' for x in side)
            print(f"{name}: ([{text(bids)}], [{text(asks)}]),")
        print("},")
    print("];")


main()
