"""English words by what they do, for telling noun phrases from others without a tagger; in lower case.

Forms of verbs and nouns that say nothing by themselves are listed where a phrase would begin or end with
them; endings such as -ly and -ed give away the rest.
"""


def listed(words: str) -> frozenset[str]:
    """Return the words of a list that is written as one text."""
    return frozenset(words.split())


VERBS = listed("""
    add added adding adds agree agreed allow allowed allows answer appear appears applied apply applying
    ask asked asking assume assuming become becoming begin beginning believe bother bring bringing brings
    brought build buy call called calling calls care catch cause change changed changing check checked
    checking choose choosing chosen click clicked clicking close come compare compared compute computed
    computing confirm confirmed confirming confirms connect consider considered contain contains continue
    copy cover covered create created creating curious cut deal decide decided define defined depend
    depending depends describe deserve did died disagree discuss discussed discussing divide done drag
    draw drawn drop end ended ends ensure enter equal equals exist exists expect expected explain
    explained explaining explore fail feel feeling feels fill find finding finish finished finishes fit
    fix fixed focus focusing follow following follows forget found gave generate generated get gets
    getting give given gives giving go goes going gone gotta gotten grab grow grows guess had handle hang
    happen happened happening happens has have hear heard help helped helps hit hold hope hoping hover
    imagine implement implemented improve include included includes including increase interact
    intercepting introduce introduced involve involved involves join jump keep keeping keeps knew know
    known knows lead learn learned leave leaving left let lets like likes listen live load loaded loading
    look looked looking looks lose lost love made make makes making managed matter matters mean meaning
    means meant meet mention mentioned mentioning miss missing move moved moving multiply named need
    needed needing needs notice noticed occur open opened opens owe pay pick picked picking play playing
    please point pointed pointing prevent produce provide provided pull pulled push put puts putting raise
    ran reach reached read reading realize realized receive recommend reduce refer referred remember
    remove replace represent require required requires respond return returned returns rid rise rises run
    running runs said save saved saw say saying says scroll scrolling see seeing seem seems seen select
    selected send sending sends sent set sets setting share show showed showing shown shows sit sitting
    skip solve solved solves solving sound sounds speak speaking spend spent spoke stand start started
    starting starts stay stick stop stopped store stuck suggest support suppose supposed take taken takes
    taking talk talked talking talks tell telling tells tend thank think thinking thinks thought throw
    told took touch tried tries try trying turn turned turning turns type typing understand understood
    update updated use used uses using verify view visit wait waiting walk want wanted wants was watch
    watching wear went were wish wondering work worked working works worry write writing written wrote
    zoom
""")
"""They neither begin nor end a noun phrase; but a form in -ing may begin one."""

THIRD_PERSON = listed("""
    achieves adapts adds affects agrees allows appears applies arises asks assumes becomes begins
    believes belongs breaks brings builds calculates carries chooses combines comes compares computes
    concludes connects considers consists constitutes contains continues contributes corresponds creates
    decides decreases defines demonstrates depends describes determines differs divides enables encodes
    encourages ensures equals evolves exists explains extends fails falls feels finds flows follows gathers
    generates gets gives goes grows happens helps holds illustrates implies improves includes indicates
    introduces involves keeps knows lasts leads learns lets loses makes matters means meets mentions
    minimizes occurs operates performs predicts prefers prevents produces proves provides puts raises
    reaches receives recognizes reduces refers reflects relates relies remains remembers removes
    represents requires resembles responds reveals runs satisfies saves says seeks seems sees sells
    sends serves sits solves spends stands stays succeeds suggests takes teaches tells tends thinks
    translates tries understands wants works writes
""")
"""Verbs with a subject in the singular, which are hardly ever plural nouns."""

PAST = listed("""
    agreed appeared arose became began blew broke came chose died drew drove fell felt flew forgot gave
    grew happened hid knew liked ran realized rose said sang sat saw seemed shook showed sounded spoke
    started stole kept stood swam threw told took wanted went wondered wrote
""")
"""Verbs in the past, which are hardly ever participles."""

NOUNS_TOO = listed("""
    answer call care catch cause change check click close complete copy cover cut deal drag draw drawn
    drop end equal fill fit fix focus found given gone gotten grab guess handle help hit hold hope
    increase jump known lead left like load look lost love matter meant miss move multiply name need
    open pay pick place play point pull push put raise reach read return rid rise run save scroll seen
    set share show shown sound spent stand start stay stick stop store stuck support taken talk thank
    thought throw touch try turn type update use view visit wait walk watch wear wish work worry written
    zoom
""")
"""Those of VERBS that are often nouns, adjectives or participles."""

PRESENT = listed("""
    accept achieve acquire arise become believe belong consist converge correspond derive develop
    encourage enjoy extend fail gather identify interact maintain obtain note participate pay perform persist
    prefer propose prove provide publish recall receive recognize refer relate rely remain replace
    represent satisfy seem serve specify suffer tend vary
""")
"""Verbs besides VERBS that are hardly ever nouns, as `they` use them."""

ADVERBS = listed("""
    ago ahead almost already alright altogether always anybody anymore anyway anyways apart apparently
    around aside automatically away awhile back backwards badly basically briefly bye carefully certainly
    clearly closely completely cool correctly currently deeply definitely directly down easily entirely
    especially essentially etc even eventually ever everybody everyone everywhere exactly explicitly
    extremely fairly finally folks forever forward frankly frequently fully generally goodbye gradually
    greatly guys hardly hello here hey hi hmm honestly hopefully however immediately increasingly indeed
    initially instead interestingly lately later literally mainly maybe meanwhile merely mostly namely
    nearly necessarily never nicely nobody normally now obviously occasionally often oh ok okay once only
    originally otherwise particularly perfectly perhaps personally please possibly potentially practically
    precisely presumably pretty previously primarily probably properly purely quickly quite randomly
    rarely rather readily really recently regardless relatively repeatedly roughly significantly similarly
    simply slightly slowly somebody somehow sometimes somewhat soon sorry specifically still
    straightforward strictly subsequently suddenly super supposedly surely technically thank thanks there
    today together tomorrow tonight totally twice typically ultimately unfortunately usually very well
    whenever wherever wow yeah yep yes yesterday yet
""")
"""And what is called into a conversation: neither begins nor ends a noun phrase."""

ADJECTIVES = listed("""
    able actual additional afraid amazing annoying apparent appropriate available aware awesome awful bad
    basic beautiful best better big bigger biggest bit busy careful certain clean clear close closer
    comfortable common complete completely complex complicated concerned confident confused confusing
    correct crazy cute dangerous deep deeper different difficult due each easier easiest easy effective
    eight either eleven enough entire equal equivalent exact excellent excited exciting expensive explicit
    extra extreme fair familiar famous fancy fantastic fast faster few fewer fifty final fine first five
    forty four free frequent fresh full fun funny general glad good gorgeous grateful great greater half
    handy happy hard harder heavy helpful high higher highest hot huge hundred identical immediate
    important impossible incredible individual interested interesting large larger largest last late later
    latest least less likely limited little lonely long longer low lower lucky main major many meaningful
    messy mine minor minus modern more most much multiple natural neat necessary new newer next nice nine
    ninety normal obvious odd okay old older one open opposite original other overall own particular past
    perfect plenty poor popular possible present previous proper quick quicker ready real reasonable
    recent related relevant responsible rest right rough sad safe same second separate serious seven
    several short shorter shown significant silly similar simple simpler simplest single six slight slow
    small smaller smart soft some sorry special specific strange strong stupid such sudden suitable sure
    surprised surprising ten terrible third thirty thousand three tiny top total tough tricky true twelve
    twenty two typical ugly unable unclear unique unknown unusual useful usual valid various vast weird
    whatever whole wide wild willing wonderful worse worst worth wrong young zero
""")
"""And numbers: they may begin a noun phrase, but not end it or be one."""

VAGUE = listed("""
    account afternoon amount answer answers anything approach area aspect attempt attempts back bit bits
    bunch case cases chance change couple day days deal detail details difference direction effect end
    evening everything example examples fact figure friend friends fun future guy guys half hand hour
    hours idea ideas instance issue issues item items kid kind level life line lot lots man mark matter
    mess middle million mind minute minutes moment month months morning name names night nothing number
    numbers ones option options order part parts people person piece pieces place places plus point points
    problem problems process purpose question questions reason reasons result results role sense sentence
    set side sides situation slide somebody something sort sorts spot stage step steps stuff term terms
    thing things thought thoughts time times today tomorrow top trick video videos way ways week weeks
    while word words world year years yesterday
""")
"""Nouns that say little of what something is about."""

NO_TOPICS = VERBS | ADVERBS | ADJECTIVES | VAGUE
"""None of them says what something is about."""
